/**
 * What tests do to the worker script that is imported next, in the order in which frames meet it.
 *
 * Most of it does nothing until the page asks; the rest is there if the worker's URL says so.
 */

import './key-frame-requests.ts';
import './made-frames.ts';
import './witness.ts';
import type { Extra } from './messages.ts';
import { damagePictures, enlargePictures, hideCodecs, padPictures } from './pictures.ts';
import { tapFrames } from './tap.ts';
import { cutSlices, trapOnDemand } from './wasm.ts';

const wanted = new URLSearchParams(self.location.search);
const isWanted = (extra: Extra): boolean => wanted.has(extra);

if (isWanted('bare')) hideCodecs();
if (isWanted('damage')) damagePictures();
if (isWanted('pad')) padPictures();
tapFrames();
if (isWanted('oversize')) enlargePictures();
if (isWanted('trap')) trapOnDemand();
if (isWanted('slices')) cutSlices();
