/** Passes frames through implementations; answers on the side: see `ask()`. */

import { answer } from '../../../e2e/workers/answer.ts';
import type { Answer, Batch, Implementation, Operation, Passed, Question } from './batch.ts';
import { framesOf, kindOf, type MediaKind } from './frame.ts';
import { CONNECT, setWebCryptoKey } from './implementations.ts';
import { Line } from './line.ts';

answer('costs', outcome);

async function outcome(question: Question): Promise<Answer> {
  try {
    const isKey = 'webCryptoKey' in question;
    return { value: await (isKey ? setWebCryptoKey(question.webCryptoKey) : pass(question)) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function pass(batch: Batch): Promise<Passed> {
  const { implementation, operation, bytes, flow, data, expected } = batch;
  const line = lineOf(implementation, operation, kindOf(bytes));
  try {
    return await line.pass(framesOf(data, bytes), flow, expected);
  } catch (cause) {
    throw new Error(`${implementation}, ${operation}, ${bytes} bytes: ${cause}`);
  }
}

/** All frames of a kind go one way, as those of a track. */
function lineOf(implementation: Implementation, operation: Operation, kind: MediaKind): Line {
  const name = `${implementation} ${operation} ${kind}`;
  let line = lines.get(name);
  if (!line) {
    line = new Line();
    CONNECT[implementation](line, operation, kind);
    lines.set(name, line);
  }
  return line;
}

const lines = new Map<string, Line>();
