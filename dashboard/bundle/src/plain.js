// Pages that are read and follow nothing: the clock and the language switch.
import { startPlain } from './shell.js';

startPlain();
