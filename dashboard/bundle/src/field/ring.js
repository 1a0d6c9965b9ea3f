// Three tones and a buzz when an instruction comes. Browsers allow sound after a first touch.
let audio = null;

/** Prepare on the first touch of the page. */
export function allowSound() {
  document.addEventListener('pointerdown', () => {
    audio ??= new AudioContext();
    if (audio.state === 'suspended') audio.resume();
  });
}

/** Ring once. */
export function ring() {
  navigator.vibrate?.([200, 100, 200, 100, 400]);
  if (audio?.state !== 'running') return;
  [880, 660, 880].forEach((pitch, i) => {
    const [tone, gain] = [audio.createOscillator(), audio.createGain()];
    const at = audio.currentTime + i * 0.25;
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0.3, at);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.22);
    tone.connect(gain).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.24);
  });
}
