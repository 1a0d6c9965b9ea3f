// The photo viewer: wheel, pinch and buttons zoom, dragging pans, a double click goes back.
import { h, say } from './dom.js';
import { photosOf, pictureUrl, picture } from './popup.js';
import { dayClock } from './time.js';
import { page, t } from './words.js';

const MOST = 12;
const HQ = new Set(['commander', 'desk']);

/** Shows the photos of one subject at a time. */
export class Viewer {
  constructor(node, replica) {
    Object.assign(this, { node, replica, photos: [], index: 0, subject: null, look: '' });
    this.stage = h('div', { class: 'viewer-stage' });
    this.caption = h('p', { class: 'viewer-caption' });
    this.bar = h('div', { class: 'viewer-bar' });
    node.replaceChildren(this.stage, this.caption, this.bar);
    this.pointers = new Map();
    this.#listen();
  }

  /** Show the photos of a subject; the same subject again keeps the zoom. */
  show(feature) {
    const other = feature?.id !== this.subject;
    this.subject = feature?.id ?? null;
    this.photos = feature ? photosOf(feature, this.replica.features) : [];
    if (other) this.index = 0;
    this.index = Math.min(this.index, Math.max(0, this.photos.length - 1));
    this.#draw();
  }

  /** Another photo of the same subject. */
  turn(step) {
    if (this.photos.length < 2) return;
    this.index = (this.index + step + this.photos.length) % this.photos.length;
    this.#draw();
  }

  /** Zoom by a factor around a point of the stage (its middle when none is given). */
  zoom(factor, at = { x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 }) {
    const scale = Math.min(MOST, Math.max(1, this.scale * factor));
    const real = scale / this.scale;
    this.x = at.x - (at.x - this.x) * real;
    this.y = at.y - (at.y - this.y) * real;
    this.scale = scale;
    this.#move();
  }

  /** The whole photo again. */
  whole() {
    Object.assign(this, { scale: 1, x: 0, y: 0 });
    this.#move();
  }

  #draw() {
    const photo = this.photos[this.index];
    const look = photo ? `${photo.id}|${pictureUrl(photo, '1600')}|${photo.properties.state}` : '';
    if (look !== this.look || !this.stage.firstChild) {
      this.look = look;
      this.stage.replaceChildren(picture(photo, '1600', { class: 'viewer-picture', draggable: 'false' }));
      this.whole();
    }
    say(this.caption, photo ? words(photo.properties, this.index, this.photos.length) : '');
    this.bar.replaceChildren(...this.#buttons(photo));
  }

  #buttons(photo) {
    const button = (sign, title, act) => h('button', { type: 'button', class: 'eoc-button', title, 'aria-label': title, onclick: act }, sign);
    const many = this.photos.length > 1;
    const original = photo && photo.properties.state !== 'announced' && page.me?.roles.some((role) => HQ.has(role));
    return [
      many && button('◀', t('viewer.previous'), () => this.turn(-1)),
      many && button('▶', t('viewer.next'), () => this.turn(1)),
      button('＋', t('viewer.in'), () => this.zoom(1.5)),
      button('−', t('viewer.out'), () => this.zoom(1 / 1.5)),
      button('□', t('viewer.whole'), () => this.whole()),
      original && h('a', {
        class: 'eoc-button', href: `${page.prefix}/media/${photo.properties.sha256}`, download: photo.properties.filename,
      }, t('viewer.original')),
    ].filter(Boolean);
  }

  #listen() {
    const { stage } = this;
    stage.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, this.#at(event));
    }, { passive: false });
    stage.addEventListener('dblclick', () => (this.scale > 1 ? this.whole() : this.zoom(2.5)));
    stage.addEventListener('pointerdown', (event) => {
      stage.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, this.#at(event));
    });
    stage.addEventListener('pointermove', (event) => this.#drag(event));
    for (const end of ['pointerup', 'pointercancel']) {
      stage.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
    }
  }

  #drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this.#at(event);
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, now);
    if (other) {
      const [was, is] = [Math.hypot(before.x - other.x, before.y - other.y), Math.hypot(now.x - other.x, now.y - other.y)];
      this.zoom(is / (was || is || 1), other);
    } else {
      this.x += now.x - before.x;
      this.y += now.y - before.y;
      this.#move();
    }
  }

  #at({ clientX, clientY }) {
    const box = this.stage.getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top };
  }

  // the photo never leaves the stage altogether
  #move() {
    const { clientWidth: w, clientHeight: hgt } = this.stage;
    this.x = Math.min(0, Math.max(w - w * this.scale, this.x));
    this.y = Math.min(0, Math.max(hgt - hgt * this.scale, this.y));
    const node = this.stage.firstChild;
    if (node) node.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
  }
}

function words(p, index, total) {
  const direction = Number.isFinite(p.direction_deg) && t('viewer.direction', { deg: Math.round(p.direction_deg) });
  return [
    total > 1 && `${index + 1} / ${total}`,
    p.taken_at && t('viewer.taken', { at: dayClock(p.taken_at) }),
    direction, [p.maker, p.model].filter(Boolean).join(' '),
    p.width && `${p.width} × ${p.height}`,
  ].filter(Boolean).join('　');
}
