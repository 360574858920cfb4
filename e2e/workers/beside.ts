/**
 * What tests do to the worker script that is imported next, in the order in which frames meet it.
 *
 * Most of it does nothing until the page asks; the rest is there if the worker's URL says so.
 */

import './pad.ts';
import './tap.ts';
import './oversize.ts';
import './replay.ts';
import './frame-loop.ts';
import './key-frame-requests.ts';
import './witness.ts';
import './trap.ts';
import './slices.ts';
