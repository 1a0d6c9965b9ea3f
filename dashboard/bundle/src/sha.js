// SHA-256 of a file as a stream: WebCrypto cannot, and WASM is blocked by the CSP.
import { sha256 } from 'js-sha256';

const STEP = 1 << 20;

/** The SHA-256 of a Blob in hex; never more than 1 MB of it in memory. */
export async function hashBlob(blob, progress = () => {}) {
  const hash = sha256.create();
  for (let at = 0; at < blob.size; at += STEP) {
    hash.update(new Uint8Array(await blob.slice(at, at + STEP).arrayBuffer()));
    progress(Math.min(1, (at + STEP) / blob.size));
  }
  return hash.hex();
}
