// Where this phone is, how exactly and since when.
import { ago } from '../time.js';
import { t } from '../words.js';

const WHY = { 1: 'field.place_denied', 2: 'field.place_unknown', 3: 'field.place_slow' };
const ROUGH_M = 100;
const M_PER_DEGREE = 111_200; // of latitude, on the sphere: good enough to say how far

/** Watches the device's position from the first call of start(). */
export class Position {
  #fix = null;

  #why = 'field.place_waiting';

  start(changed) {
    if (!navigator.geolocation || !globalThis.isSecureContext) {
      this.#why = 'field.place_none';
      return changed();
    }
    navigator.geolocation.watchPosition(
      (fix) => { this.#fix = fix; changed(); },
      (error) => { this.#why = WHY[error.code] ?? WHY[2]; changed(); },
      { enableHighAccuracy: true, maximumAge: 5000, timeout: 30_000 },
    );
    return undefined;
  }

  /** The place for an event, or null. Degrees in EPSG:4326, metres, seconds. */
  place() {
    if (!this.#fix) return null;
    const { longitude, latitude, accuracy, altitude } = this.#fix.coords;
    const place = {
      lon: Number(longitude.toFixed(7)), lat: Number(latitude.toFixed(7)), method: 'device',
      uncertainty_m: Math.min(1e6, Math.round(accuracy * 10) / 10),
      age_s: Math.max(0, Math.round((Date.now() - this.#fix.timestamp) / 100) / 10),
    };
    if (Number.isFinite(altitude) && altitude > -500 && altitude < 20_000) place.altitude_m = Math.round(altitude);
    return place;
  }

  /** How far and in which direction a point [lon, lat] lies, in words; '' when unknown. */
  towards(point) {
    if (!this.#fix || !point) return '';
    const { longitude, latitude } = this.#fix.coords;
    const east = (point[0] - longitude) * M_PER_DEGREE * Math.cos((latitude * Math.PI) / 180);
    const north = (point[1] - latitude) * M_PER_DEGREE;
    const metres = Math.hypot(east, north);
    if (metres < 50) return t('field.right_here');
    const way = t(`compass.${(Math.round((Math.atan2(east, north) * 4) / Math.PI) + 8) % 8}`);
    return metres < 1000
      ? t('field.away_m', { n: Math.round(metres / 10) * 10, way })
      : t('field.away_km', { n: (metres / 1000).toFixed(1), way });
  }

  /** One line for the person: accuracy and age, or why there is none. */
  words() {
    if (!this.#fix) return t(this.#why);
    const metres = Math.round(this.#fix.coords.accuracy);
    return t('field.place_known', { m: metres.toLocaleString(), age: ago(this.#fix.timestamp) });
  }

  /** good, rough or none: also said in words, never by colour alone. */
  get quality() {
    if (!this.#fix) return 'none';
    const old = Date.now() - this.#fix.timestamp > 120_000;
    return old || this.#fix.coords.accuracy > ROUGH_M ? 'rough' : 'good';
  }
}
