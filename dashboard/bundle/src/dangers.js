// Kinds of danger, as the lists of evacuation sites flag them.
const GUESSES = [[/火山|噴火|泥流|火砕/, 'volcano'], [/土砂|土石流|急傾斜|地すべり|崖/, 'landslide'], [/内水/, 'inland_flood'], [/洪水|浸水|氾濫/, 'flood']];

/** The kinds, the most likely in this town first. */
export const DANGERS = ['volcano', 'landslide', 'flood', 'inland_flood', 'earthquake', 'fire'];

/** The kind a danger layer is about, by its title: which flag is shown, never a reason to rank. */
export function dangerOf(title) {
  return GUESSES.find(([words]) => words.test(title))?.[1] ?? DANGERS[0];
}
