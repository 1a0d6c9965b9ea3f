// The phone page: reports out, instructions in.
import { page } from './words.js';

document.documentElement.dataset.realm = page.realm;
