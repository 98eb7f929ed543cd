/** Node's `crypto`: hashes, random bytes and ids. */

import { hmac } from '@noble/hashes/hmac';
import { md5, sha1 } from '@noble/hashes/legacy';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2';
import { Buffer } from 'buffer';

const hashes = { md5, sha1, sha256, sha384, sha512 };

class Hash {
  constructor(state) {
    this.state = state;
  }

  update(data, encoding) {
    this.state.update(
      typeof data === 'string'
        ? Buffer.from(data, encoding)
        : new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    return this;
  }

  digest(encoding) {
    const bytes = Buffer.from(this.state.digest());
    return encoding ? bytes.toString(encoding) : bytes;
  }
}

function hashNamed(name) {
  const hash = hashes[String(name).toLowerCase().replace('-', '')];
  if (!hash)
    throw new Error(
      `The hash is ${JSON.stringify(name)}, but in a browser it must be one of ${Object.keys(hashes).join(', ')}.`,
    );
  return hash;
}

export const createHash = name => new Hash(hashNamed(name).create());
export const createHmac = (name, key) =>
  new Hash(hmac.create(hashNamed(name), typeof key === 'string' ? Buffer.from(key) : key));
export const getHashes = () => Object.keys(hashes);
export const randomBytes = size => Buffer.from(crypto.getRandomValues(new Uint8Array(size)));
export const randomUUID = () => crypto.randomUUID();
export const getRandomValues = array => crypto.getRandomValues(array);
export const webcrypto = crypto;
export const timingSafeEqual = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
