// SHA-256 and SHA-512 (FIPS 180-4), written out because old telephones offer
// no hashing to a page opened from a file. SHA-256's constants are the upper
// halves of SHA-512's.
var SHA_K = [
  0x428a2f98,0xd728ae22,0x71374491,0x23ef65cd,0xb5c0fbcf,0xec4d3b2f,0xe9b5dba5,0x8189dbbc,
  0x3956c25b,0xf348b538,0x59f111f1,0xb605d019,0x923f82a4,0xaf194f9b,0xab1c5ed5,0xda6d8118,
  0xd807aa98,0xa3030242,0x12835b01,0x45706fbe,0x243185be,0x4ee4b28c,0x550c7dc3,0xd5ffb4e2,
  0x72be5d74,0xf27b896f,0x80deb1fe,0x3b1696b1,0x9bdc06a7,0x25c71235,0xc19bf174,0xcf692694,
  0xe49b69c1,0x9ef14ad2,0xefbe4786,0x384f25e3,0x0fc19dc6,0x8b8cd5b5,0x240ca1cc,0x77ac9c65,
  0x2de92c6f,0x592b0275,0x4a7484aa,0x6ea6e483,0x5cb0a9dc,0xbd41fbd4,0x76f988da,0x831153b5,
  0x983e5152,0xee66dfab,0xa831c66d,0x2db43210,0xb00327c8,0x98fb213f,0xbf597fc7,0xbeef0ee4,
  0xc6e00bf3,0x3da88fc2,0xd5a79147,0x930aa725,0x06ca6351,0xe003826f,0x14292967,0x0a0e6e70,
  0x27b70a85,0x46d22ffc,0x2e1b2138,0x5c26c926,0x4d2c6dfc,0x5ac42aed,0x53380d13,0x9d95b3df,
  0x650a7354,0x8baf63de,0x766a0abb,0x3c77b2a8,0x81c2c92e,0x47edaee6,0x92722c85,0x1482353b,
  0xa2bfe8a1,0x4cf10364,0xa81a664b,0xbc423001,0xc24b8b70,0xd0f89791,0xc76c51a3,0x0654be30,
  0xd192e819,0xd6ef5218,0xd6990624,0x5565a910,0xf40e3585,0x5771202a,0x106aa070,0x32bbd1b8,
  0x19a4c116,0xb8d2d0c8,0x1e376c08,0x5141ab53,0x2748774c,0xdf8eeb99,0x34b0bcb5,0xe19b48a8,
  0x391c0cb3,0xc5c95a63,0x4ed8aa4a,0xe3418acb,0x5b9cca4f,0x7763e373,0x682e6ff3,0xd6b2b8a3,
  0x748f82ee,0x5defb2fc,0x78a5636f,0x43172f60,0x84c87814,0xa1f0ab72,0x8cc70208,0x1a6439ec,
  0x90befffa,0x23631e28,0xa4506ceb,0xde82bde9,0xbef9a3f7,0xb2c67915,0xc67178f2,0xe372532b,
  0xca273ece,0xea26619c,0xd186b8c7,0x21c0c207,0xeada7dd6,0xcde0eb1e,0xf57d4f7f,0xee6ed178,
  0x06f067aa,0x72176fba,0x0a637dc5,0xa2c898a6,0x113f9804,0xbef90dae,0x1b710b35,0x131c471b,
  0x28db77f5,0x23047d84,0x32caab7b,0x40c72493,0x3c9ebe0a,0x15c9bebc,0x431d67c4,0x9c100d4c,
  0x4cc5d4be,0xcb3e42b6,0x597f299c,0xfc657e2a,0x5fcb6fab,0x3ad6faec,0x6c44198c,0x4a475817];
var SHA_H = [
  0x6a09e667,0xf3bcc908,0xbb67ae85,0x84caa73b,0x3c6ef372,0xfe94f82b,0xa54ff53a,0x5f1d36f1,
  0x510e527f,0xade682d1,0x9b05688c,0x2b3e6c1f,0x1f83d9ab,0xfb41bd6b,0x5be0cd19,0x137e2179];

// padded returns the message with its end mark and its length in bits, cut
// into 32-bit words; block is 64 or 128 bytes.
function padded(bytes, block) {
  var n = bytes.length, tail = block / 8, total = Math.ceil((n + 1 + tail) / block) * block;
  var w = new Array(total / 4), i;
  for (i = 0; i < w.length; i++) { w[i] = 0; }
  for (i = 0; i < n; i++) { w[i >> 2] |= bytes[i] << (24 - (i & 3) * 8); }
  w[n >> 2] |= 0x80 << (24 - (n & 3) * 8);
  w[w.length - 2] = Math.floor(n / 0x20000000);
  w[w.length - 1] = (n << 3) | 0;
  return w;
}

function toBytes(words) {
  var out = new Uint8Array(words.length * 4);
  for (var i = 0; i < out.length; i++) { out[i] = words[i >> 2] >>> (24 - (i & 3) * 8); }
  return out;
}

function sha256(bytes) {
  var m = padded(bytes, 64), h = [], w = new Array(64), i, b;
  function rot(x, n) { return (x >>> n) | (x << (32 - n)); }
  for (i = 0; i < 8; i++) { h[i] = SHA_H[2 * i] | 0; }
  for (b = 0; b < m.length; b += 16) {
    for (i = 0; i < 64; i++) {
      w[i] = i < 16 ? m[b + i] : ((rot(w[i - 2], 17) ^ rot(w[i - 2], 19) ^ (w[i - 2] >>> 10)) + w[i - 7] +
        (rot(w[i - 15], 7) ^ rot(w[i - 15], 18) ^ (w[i - 15] >>> 3)) + w[i - 16]) | 0;
    }
    var s = h.slice(), t1, t2;
    for (i = 0; i < 64; i++) {
      t1 = (s[7] + (rot(s[4], 6) ^ rot(s[4], 11) ^ rot(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + SHA_K[2 * i] + w[i]) | 0;
      t2 = ((rot(s[0], 2) ^ rot(s[0], 13) ^ rot(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]))) | 0;
      s = [(t1 + t2) | 0, s[0], s[1], s[2], (s[3] + t1) | 0, s[4], s[5], s[6]];
    }
    for (i = 0; i < 8; i++) { h[i] = (h[i] + s[i]) | 0; }
  }
  return toBytes(h);
}

// add64 adds pairs [high, low] of 32-bit words.
function add64() {
  var lo = 0, hi = 0;
  for (var i = 0; i < arguments.length; i++) { lo += arguments[i][1] >>> 0; hi += arguments[i][0] >>> 0; }
  return [(hi + Math.floor(lo / 4294967296)) | 0, lo | 0];
}
function rot64(x, n) {
  var h = x[0], l = x[1], t;
  if (n >= 32) { t = h; h = l; l = t; n -= 32; }
  return n === 0 ? [h, l] : [(h >>> n) | (l << (32 - n)), (l >>> n) | (h << (32 - n))];
}
function shr64(x, n) { return [x[0] >>> n, (x[1] >>> n) | (x[0] << (32 - n))]; }
function xor3(a, b, c) { return [a[0] ^ b[0] ^ c[0], a[1] ^ b[1] ^ c[1]]; }

function sha512(bytes) {
  var m = padded(bytes, 128), h = [], w = new Array(80), i, b;
  for (i = 0; i < 8; i++) { h[i] = [SHA_H[2 * i] | 0, SHA_H[2 * i + 1] | 0]; }
  for (b = 0; b < m.length; b += 32) {
    for (i = 0; i < 80; i++) {
      w[i] = i < 16 ? [m[b + 2 * i], m[b + 2 * i + 1]] : add64(
        xor3(rot64(w[i - 2], 19), rot64(w[i - 2], 61), shr64(w[i - 2], 6)), w[i - 7],
        xor3(rot64(w[i - 15], 1), rot64(w[i - 15], 8), shr64(w[i - 15], 7)), w[i - 16]);
    }
    var s = h.slice(), t1, t2, e, f, g, a;
    for (i = 0; i < 80; i++) {
      a = s[0]; e = s[4]; f = s[5]; g = s[6];
      t1 = add64(s[7], xor3(rot64(e, 14), rot64(e, 18), rot64(e, 41)),
        [(e[0] & f[0]) ^ (~e[0] & g[0]), (e[1] & f[1]) ^ (~e[1] & g[1])], [SHA_K[2 * i], SHA_K[2 * i + 1]], w[i]);
      t2 = add64(xor3(rot64(a, 28), rot64(a, 34), rot64(a, 39)),
        [(a[0] & s[1][0]) ^ (a[0] & s[2][0]) ^ (s[1][0] & s[2][0]), (a[1] & s[1][1]) ^ (a[1] & s[2][1]) ^ (s[1][1] & s[2][1])]);
      s = [add64(t1, t2), s[0], s[1], s[2], add64(s[3], t1), s[4], s[5], s[6]];
    }
    for (i = 0; i < 8; i++) { h[i] = add64(h[i], s[i]); }
  }
  var flat = [];
  for (i = 0; i < 8; i++) { flat.push(h[i][0], h[i][1]); }
  return toBytes(flat);
}
