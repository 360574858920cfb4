// Written by `cargo xtask vectors` from worker/src/constants.rs.

/** Send the output on in the frame's place. */
export const VERDICT_PASS = 0;
/** Send nothing. */
export const VERDICT_DROP = 1;
/** Keep the frame until a `retry` event. */
export const VERDICT_WAIT = 2;
/** The verdict, of what a call returns; */
export const VERDICT_MASK = 3;
/** beside it, whether there are events, */
export const HAS_EVENTS = 4;
/** and whether there is work. */
export const WANTS_WORK = 8;
/** Places in the ticket, in units of 32 bits: of the last frame, */
export const OUTPUT = 0;
/** in bytes; */
export const OUTPUT_LENGTH = 1;
/** of a frame for WebCrypto its number, */
export const AEAD_FRAME = 2;
/** whether it is to be sealed, */
export const AEAD_SEALS = 3;
/** the number of its key, */
export const AEAD_KEY = 4;
/** the address of the nonce, with the associated data behind it, */
export const NONCE = 5;
/** the length of that, */
export const AAD_LENGTH = 6;
/** and the text with its tag. */
export const TEXT = 7;
/** In bytes. */
export const TEXT_LENGTH = 8;
/** In units of 32 bits. */
export const TICKET_LENGTH = 9;
/** `Nn` of both AES-GCM suites, in bytes. */
export const NONCE_LENGTH = 12;
/** Of a frame, and of application data. */
export const MAX_DATA_LENGTH = 16777216;
/** Tracks of one member's media. */
export const MEDIA_TRACKS = 12;
/** Streams of one member's data. */
export const DATA_STREAMS = 4;
/** In bytes of UTF-8, as the others: */
export const MAX_ROOM_LENGTH = 256;
export const MAX_MEMBER_LENGTH = 64;
export const MIN_SECRET_LENGTH = 16;
export const MIN_PASSPHRASE_LENGTH = 8;
export const MAX_PASSPHRASE_LENGTH = 1024;
/** In bytes. */
export const MAX_CREDENTIAL_LENGTH = 4096;
