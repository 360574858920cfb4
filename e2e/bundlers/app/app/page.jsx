'use client';

import { useEffect } from 'react';
import { start } from '../call.js';

export default function Page() {
  useEffect(start, []);
  return <h1>Frameseal</h1>;
}
