// Checks a paper of the court in a browser, with nothing but the file and the
// root certificates that one believes. It says what platform/sign.Verify says,
// in the same way: the file is read from its first byte to its last, and each
// revision is explained by writing it again; what cannot be said as a
// signature, a stamp or a store of certificates is not in the file by right.
//
// It knows one set of algorithms (ECDSA on P-256, SHA-256). Whatever else it
// meets makes the answer "unknown": never a guess, never "genuine".
//
// Text of the file is a string of characters 0 to 255; DER is a Uint8Array.
(function () {
  class Form extends Error {} // not in form
  class Unsupported extends Error {} // perhaps in form; we cannot tell

  // ---- values: {k: 'atom'|'name'|'ref'|'array'|'dict', v: …} ----

  const atom = s => ({ k: 'atom', v: s });
  const name = s => ({ k: 'name', v: s });
  const ref = n => ({ k: 'ref', v: n });
  const array = list => ({ k: 'array', v: list });
  const dict = entries => ({ k: 'dict', v: entries });
  const int = n => atom(String(n));
  const isDict = x => x && x.k === 'dict';
  const get = (d, key) => { const e = isDict(d) && d.v.find(e => e[0] === key); return e ? e[1] : undefined; };
  const put = (d, key, val) => {
    const out = isDict(d) ? d.v.map(e => e.slice()) : [];
    const e = out.find(e => e[0] === key);
    if (e) { e[1] = val; } else { out.push([key, val]); }
    return dict(out);
  };
  const without = (d, ...keys) => dict(isDict(d) ? d.v.filter(e => !keys.includes(e[0])) : []);
  const same = (a, b) => !!a && !!b && a.k === b.k && (a.k === 'atom' || a.k === 'name' || a.k === 'ref') && a.v === b.v;

  const white = c => ' \n\r\t\f\0'.includes(c);
  const regular = c => !white(c) && !'()<>[]{}/%'.includes(c);

  // emit writes the canonical form: one blank where two words would become one.
  function emit(x) {
    const out = [];
    let last = '';
    const add = s => { if (s) { out.push(s); last = s[s.length - 1]; } };
    const apart = next => { if (last && regular(last) && regular(next)) { add(' '); } };
    (function walk(x) {
      switch (x.k) {
        case 'atom': apart(x.v[0]); add(x.v); break;
        case 'name': add(x.v); break;
        case 'ref': apart('0'); add(x.v + ' 0 R'); break;
        case 'array': add('['); x.v.forEach(walk); add(']'); break;
        default: add('<<'); x.v.forEach(e => { add(e[0]); walk(e[1]); }); add('>>');
      }
    }(x));
    return out.join('');
  }

  // ---- reading ----

  const LARGEST = 64 << 20, MOST = 1 << 16, VALUES = 1 << 20, LONGEST = 128, DEEPEST = 32;
  const HEADER = '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n';

  class Scanner {
    constructor(s, at) { this.s = s; this.at = at || 0; this.count = 0; }
    fail(what) { throw new Form(what + ' at byte ' + this.at); }
    space() {
      for (; this.at < this.s.length; ) {
        const c = this.s[this.at];
        if (white(c)) {
          this.at++;
        } else if (c === '%') {
          while (this.at < this.s.length && this.s[this.at] !== '\n' && this.s[this.at] !== '\r') { this.at++; }
        } else {
          return;
        }
      }
    }
    take(w) {
      if (!this.s.startsWith(w, this.at)) { return false; }
      this.at += w.length;
      return true;
    }
    word() {
      const from = this.at;
      while (this.at < this.s.length && regular(this.s[this.at])) { this.at++; }
      return this.s.slice(from, this.at);
    }
    // number reads a non-negative integer of at most ten digits; -1 if there is none.
    number() {
      const from = this.at;
      while (this.at < this.s.length && this.s[this.at] >= '0' && this.s[this.at] <= '9') { this.at++; }
      if (this.at - from > 10) { this.at = from; return -1; }
      return this.at === from ? -1 : Number(this.s.slice(from, this.at));
    }
    value(depth) {
      this.space();
      if (++this.count > VALUES || this.at >= this.s.length || depth > DEEPEST) { this.fail('no value, or too many'); }
      const c = this.s[this.at];
      if (c === '/') { this.at++; return name('/' + this.word()); }
      if (c === '[') { this.at++; return this.list(depth); }
      if (c === '(') { return this.literal(); }
      if (this.take('<<')) { return this.dict(depth); }
      if (c === '<') { return this.hex(); }
      if (regular(c)) { return this.wordOrRef(); }
      return this.fail('no value');
    }
    list(depth) {
      const a = [];
      for (;;) {
        this.space();
        if (this.take(']')) { return array(a); }
        a.push(this.value(depth + 1));
      }
    }
    // Two entries of one key are refused: readers do not agree which counts.
    dict(depth) {
      const d = [], seen = new Set();
      for (;;) {
        this.space();
        if (this.take('>>')) { return dict(d); }
        const key = this.value(depth + 1);
        if (key.k !== 'name' || seen.has(key.v)) { this.fail('a key twice, or no key'); }
        seen.add(key.v);
        d.push([key.v, this.value(depth + 1)]);
      }
    }
    hex() {
      const from = this.at;
      for (this.at++; this.at < this.s.length; this.at++) {
        const c = this.s[this.at];
        if (c === '>') { this.at++; return atom(this.s.slice(from, this.at)); }
        if (!/[0-9A-Fa-f]/.test(c) && !white(c)) { this.fail('no hexadecimal digit'); }
      }
      return this.fail('a string without end');
    }
    literal() {
      const from = this.at;
      let open = 0;
      for (; this.at < this.s.length; this.at++) {
        const c = this.s[this.at];
        if (c === '\\') {
          this.at++;
        } else if (c === '(') {
          open++;
        } else if (c === ')' && --open === 0) {
          this.at++;
          return atom(this.s.slice(from, this.at));
        }
      }
      this.at = this.s.length;
      return this.fail('a string without end');
    }
    wordOrRef() {
      const from = this.at, n = this.number();
      if (n >= 0) {
        const after = this.at;
        this.space();
        if (this.at > after && this.take('0')) {
          const zero = this.at;
          this.space();
          if (this.at > zero && this.take('R') && (this.at === this.s.length || !regular(this.s[this.at]))) { return ref(n); }
        }
      }
      this.at = from;
      const w = this.word();
      if (w !== 'true' && w !== 'false' && w !== 'null' && !/^[-+]?[0-9.]*$/.test(w)) { this.at = from; this.fail('an unknown word'); }
      return atom(w);
    }
    object() {
      const o = { start: this.at, stream: false, data: '' };
      o.num = this.number();
      if (o.num <= 0 || !this.take(' 0 obj')) { this.fail('no object'); }
      o.val = this.value(0);
      this.space();
      if (this.take('stream')) {
        this.take('\r');
        const n = get(o.val, '/Length'), size = n && n.k === 'atom' ? new Scanner(n.v).number() : -1;
        if (!this.take('\n') || size < 0 || size > this.s.length - this.at) { this.fail('a stream without length'); }
        o.stream = true;
        o.data = this.s.slice(this.at, this.at + size);
        this.at += size;
        this.space();
        if (!this.take('endstream')) { this.fail('a stream without end'); }
        this.space();
      }
      if (!this.take('endobj')) { this.fail('an object without end'); }
      this.take('\n');
      return o;
    }
    revision(room) {
      const r = { objects: [], table: new Map() };
      for (;;) {
        this.space();
        const at = this.at;
        if (this.take('xref')) { r.xref = at; this.tail(r); return r; }
        if (r.objects.length >= room) { this.fail('too many objects'); }
        r.objects.push(this.object());
      }
    }
    tail(r) {
      for (this.space(); !this.take('trailer'); this.space()) {
        const first = this.number();
        if (first < 0 || !this.take(' ')) { this.fail('no table'); }
        const n = this.number();
        this.space();
        if (n < 0 || n > Math.floor((this.s.length - this.at) / 20)) { this.fail('no table'); }
        for (let i = 0; i < n; i++) { this.row(r, first + i); }
      }
      r.trailer = this.value(0);
      this.space();
      if (!this.take('startxref')) { this.fail('no startxref'); }
      this.space();
      if (this.number() !== r.xref) { this.fail('startxref points elsewhere'); }
      while (this.take('\r') || this.take('\n')) { /* space would take the end mark for a comment */ }
      if (!this.take('%%EOF')) { this.fail('no end mark'); }
      this.take('\n');
    }
    row(r, num) {
      const line = this.s.slice(this.at, this.at + 20);
      if (!/^\d{10} [^]{5} [nf][^][^]$/.test(line) || !white(line[18]) || !white(line[19]) || r.table.has(num) || r.table.size > MOST) { this.fail('no table'); }
      r.table.set(num, line[17] === 'f' ? -1 : Number(line.slice(0, 10)));
      this.at += 20;
    }
  }

  // read takes the whole file. If the first revision does not read it fails; if
  // a later one does not, the document of those before, with broken set.
  function read(s) {
    if (s.length > LARGEST || !s.startsWith(HEADER)) { throw new Form('not a paper'); }
    const d = { s, end: s.length, revs: [], places: new Map(), streams: new Map(), ration: { left: LARGEST }, broken: false };
    const sc = new Scanner(s, HEADER.length);
    let count = 0;
    while (sc.at < s.length) {
      const start = d.revs.length ? sc.at : 0;
      try {
        if (d.revs.length === LONGEST) { sc.fail('too many revisions'); }
        const r = sc.revision(MOST - count);
        r.start = start;
        r.end = sc.at;
        r.objects.forEach(o => d.places.set(o.start, o));
        count += r.objects.length;
        d.revs.push(r);
      } catch (e) {
        if (!(e instanceof Form) || !d.revs.length) { throw e; }
        d.broken = true;
        return d;
      }
    }
    if (!d.revs.length) { throw new Form('not a paper'); }
    return d;
  }
  const upto = (d, n) => ({ s: d.s, end: d.revs[n - 1].end, revs: d.revs.slice(0, n), places: d.places, streams: d.streams, ration: { left: LARGEST } });
  const lastOf = d => d.revs[d.revs.length - 1];

  // ---- what a reader sees ----

  function object(d, num) {
    for (let i = d.revs.length - 1; i >= 0; i--) {
      if (d.revs[i].table.has(num)) { return d.places.get(d.revs[i].table.get(num)); }
    }
    return undefined;
  }
  const at = (d, x) => object(d, x && x.k === 'ref' ? x.v : 0);
  const dictOf = o => (o && isDict(o.val) ? o.val : dict([]));
  const rootOf = d => { const r = get(lastOf(d).trailer, '/Root'); return r && r.k === 'ref' ? r.v : 0; };
  const catalog = d => dictOf(object(d, rootOf(d)));
  const HANDED = ['/Resources', '/MediaBox', '/CropBox', '/Rotate'];

  function pages(d) {
    const out = [], seen = new Set();
    (function walk(x, inherited, depth) {
      const o = at(d, x);
      if (!x || x.k !== 'ref' || !o || seen.has(x.v) || depth > DEEPEST) { return; }
      seen.add(x.v);
      const own = dictOf(o), kids = get(own, '/Kids');
      HANDED.forEach(key => { const v = get(own, key); if (v) { inherited = put(inherited, key, v); } });
      if (!kids || kids.k !== 'array') { out.push({ num: x.v, inherited }); return; }
      kids.v.forEach(k => walk(k, inherited, depth + 1));
    }(get(catalog(d), '/Pages'), dict([]), 0));
    return out;
  }

  // which of the different streams of a document one is.
  function which(d, o) {
    if (o.which === undefined) {
      if (!d.streams.has(o.data)) { d.streams.set(o.data, d.streams.size); }
      o.which = d.streams.get(o.data);
    }
    return o.which;
  }

  // Closure writes a value down with all that it refers to. An object counts by
  // what it says, not by its number; one met before by the order of meeting. What
  // pages share is met by each of them: of a stream stands only which of the
  // different ones it is, and all closures of a document have one ration.
  class Closure {
    constructor(d, keep, own) { this.d = d; this.out = keep ? [] : null; this.seen = new Map(); if (own) { this.seen.set(own, 0); } }
    write(s) { this.d.ration.left -= s.length; if (this.out) { this.out.push(s); } }
    add(x, depth) {
      if (this.d.ration.left < 0 || depth > 1000) { return; }
      if (!x) { this.write('nil '); return; }
      switch (x.k) {
        case 'ref': {
          if (this.seen.has(x.v)) { this.write('#' + this.seen.get(x.v) + ' '); return; }
          this.seen.set(x.v, this.seen.size);
          const o = object(this.d, x.v);
          if (!o) { this.write('gone '); return; }
          this.add(o.val, depth + 1);
          this.write(which(this.d, o) + ':');
          return;
        }
        case 'array': this.write('['); x.v.forEach(e => this.add(e, depth + 1)); this.write(']'); return;
        case 'dict': this.write('<'); x.v.forEach(e => { this.write(e[0] + ' '); this.add(e[1], depth + 1); }); this.write('>'); return;
        default: this.write(emit(x) + ' ');
      }
    }
    text() { return this.d.ration.left < 0 ? null : this.out.join(''); } // null equals nothing
  }
  const equal = (a, b) => a !== null && a === b;

  function reached(d) {
    const c = new Closure(d, false);
    c.add(without(lastOf(d).trailer, '/ID'), 0);
    return c.seen.size;
  }
  function look(d, p, widgets) {
    const o = dictOf(object(d, p.num)), body = new Closure(d, true, p.num), notes = new Closure(d, true, p.num);
    body.add(without(o, '/Parent', '/Annots'), 0);
    body.add(p.inherited, 0);
    let list = get(o, '/Annots');
    const far = at(d, list);
    if (far) { list = far.val; }
    if (list && list.k === 'array') {
      list.v.forEach(a => { if (a.k !== 'ref' || !widgets.has(a.v)) { notes.add(a, 0); } });
    } else if (list) {
      notes.add(list, 0);
    }
    return [body.text(), notes.text()];
  }
  function formOf(d, widgets) {
    let form = get(catalog(d), '/AcroForm');
    const far = at(d, form), c = new Closure(d, true);
    if (far) { form = far.val; }
    c.add(without(form, '/Fields', '/SigFlags'), 0);
    const fields = get(form, '/Fields');
    (fields && fields.k === 'array' ? fields.v : []).forEach(f => {
      if (f.k === 'ref' && widgets.has(f.v)) { c.add(without(dictOf(at(d, f)), '/P'), 0); } else { c.add(f, 0); }
    });
    return c.text();
  }
  function restOf(d) {
    const c = new Closure(d, true);
    c.add(without(catalog(d), '/Pages', '/AcroForm', '/DSS', '/Perms'), 0);
    c.add(get(lastOf(d).trailer, '/Info'), 0);
    return c.text();
  }
  // differences compares what was signed with what is shown.
  function differences(signed, shown, widgets) {
    const out = [], was = pages(signed), is = pages(shown);
    for (let i = 0; i < Math.max(was.length, is.length); i++) {
      if (i >= is.length) {
        out.push({ what: 'page.removed', page: i + 1 });
      } else if (i >= was.length) {
        out.push({ what: 'page.added', page: i + 1 });
      } else {
        const a = look(signed, was[i], widgets), b = look(shown, is[i], widgets);
        if (!equal(a[0], b[0])) { out.push({ what: 'page.changed', page: i + 1 }); }
        if (!equal(a[1], b[1])) { out.push({ what: 'annotation', page: i + 1 }); }
      }
    }
    if (!equal(formOf(signed, widgets), formOf(shown, widgets))) { out.push({ what: 'form' }); }
    if (!equal(restOf(signed), restOf(shown))) { out.push({ what: 'catalog' }); }
    return out;
  }

  // ---- writing a revision again ----

  const pad10 = n => String(n).padStart(10, '0');
  const tailOf = (trailer, xref) => 'trailer\n' + emit(trailer) + '\nstartxref\n' + xref + '\n%%EOF\n';
  const written = (num, val, data) => num + ' 0 obj\n' + emit(val) + (data === undefined ? '' : '\nstream\n' + data + '\nendstream') + '\nendobj\n';

  class Update {
    constructor(d) {
      this.d = d;
      this.buf = '';
      this.offsets = new Map();
      const size = get(lastOf(d).trailer, '/Size');
      this.size = size && size.k === 'atom' ? new Scanner(size.v).number() : -1;
      if (this.size < 0 || this.size > MOST) { throw new Form('the trailer is not ours'); }
    }
    reserve() { return this.size++; }
    put(num, val, data) {
      this.offsets.set(num, this.d.end + this.buf.length);
      this.buf += written(num, data === undefined ? val : put(val, '/Length', int(data.length)), data);
    }
    async finish() {
      const last = lastOf(this.d), id = get(last.trailer, '/ID'), xref = this.d.end + this.buf.length;
      if (!id || id.k !== 'array' || id.v.length !== 2) { throw new Form('the trailer is not ours'); }
      let b = this.buf + 'xref\n';
      const nums = [...this.offsets.keys()].sort((x, y) => x - y);
      for (let i = 0; i < nums.length; ) {
        let n = 1;
        while (i + n < nums.length && nums[i + n] === nums[i] + n) { n++; }
        b += nums[i] + ' ' + n + '\n';
        for (; n > 0; n--, i++) { b += pad10(this.offsets.get(nums[i])) + ' 00000 n \n'; }
      }
      const root = get(last.trailer, '/Root'), info = get(last.trailer, '/Info');
      if (!root || !info) { throw new Form('the trailer is not ours'); }
      const digest = hex(await sha256(toBytes(this.buf))).slice(0, 32);
      return b + tailOf(dict([['/Size', int(this.size)], ['/Root', root], ['/Info', info], ['/Prev', int(last.xref)], ['/ID', array([id.v[0], atom('<' + digest + '>')])]]), xref);
    }
  }

  // canonical: the paper is in its one form, has no object that nothing refers
  // to, and nothing in its trailer that leads elsewhere.
  function canonical(d) {
    const r = d.revs[0], places = new Map();
    if (!isDict(r.trailer) || without(r.trailer, '/Size', '/Root', '/Info', '/ID').v.length) { return false; }
    let pos = HEADER.length;
    for (const o of r.objects) {
      if (places.has(o.num)) { return false; }
      places.set(o.num, pos);
      const text = written(o.num, o.val, o.stream ? o.data : undefined);
      if (!d.s.startsWith(text, pos)) { return false; }
      pos += text.length;
    }
    let b = 'xref\n0 ' + (places.size + 1) + '\n0000000000 65535 f \n';
    for (let num = 1; num <= places.size; num++) {
      if (!places.has(num)) { return false; }
      b += pad10(places.get(num)) + ' 00000 n \n';
    }
    b += tailOf(r.trailer, pos);
    return d.s.startsWith(b, pos) && pos + b.length === r.end && reached(upto(d, 1)) === places.size;
  }

  const HOLE = 12288, EMPTY = atom('<' + '0'.repeat(2 * HOLE) + '>'), MULTIPLIED = '/Mul gs\n';
  const TAKES = { q: 0, Q: 0, cm: 6, w: 1, J: 1, j: 1, M: 1, m: 2, l: 2, c: 6, v: 4, y: 4, h: 0, re: 4, S: 0, s: 0, f: 0, 'f*': 0, B: 0, 'B*': 0, b: 0, 'b*': 0, n: 0, g: 1, G: 1, rg: 3, RG: 3, k: 4, K: 4 };

  function decimal(s) {
    if (!/^-?(\d+\.?\d*|\.\d+)$/.test(s)) { throw new Form('no number'); }
    return Number(s);
  }
  function num(v) {
    let s = v.toFixed(3).replace(/0+$/, '').replace(/\.$/, '');
    return atom(s === '-0' ? '0' : s);
  }
  function textString(s) {
    let b = '<FEFF';
    for (let i = 0; i < s.length; i++) { b += s.charCodeAt(i).toString(16).toUpperCase().padStart(4, '0'); }
    return atom(b + '>');
  }
  function parseText(x) {
    const m = x && x.k === 'atom' ? /^<FEFF((?:[0-9A-Fa-f]{4})*)>$/.exec(x.v) : null;
    if (!m) { throw new Form('no text of ours'); }
    return m[1].replace(/[^]{4}/g, u => String.fromCharCode(parseInt(u, 16)));
  }
  const plain = s => [...s].length <= 200 && !/[\p{Cc}\p{Cf}\p{Cs}]/u.test(s);

  function vectors(content) {
    if (content.length > 1 << 20) { throw new Form('the appearance is too long'); }
    let numbers = 0, open = 0;
    for (const w of content.split(/[ \n]+/)) {
      if (w === '') { continue; }
      if (/^-?(\d+\.?\d*|\.\d+)$/.test(w) && Math.abs(Number(w)) <= 1e6) { numbers++; continue; }
      if (!Object.hasOwn(TAKES, w) || TAKES[w] !== numbers) { throw new Form('the appearance has something else'); }
      numbers = 0;
      open += w === 'q' ? 1 : w === 'Q' ? -1 : 0;
      if (open < 0 || open > DEEPEST) { throw new Form('q and Q do not match'); }
    }
    if (open || numbers) { throw new Form('the appearance ends too early'); }
  }

  // unpacked is what a deflated appearance holds. More than one may hold is not
  // read; a browser that cannot read it cannot tell.
  async function unpacked(data) {
    if (typeof DecompressionStream === 'undefined') { throw new Unsupported('the browser cannot inflate'); }
    const from = new Blob([toBytes(data)]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
    const parts = [];
    for (let length = 0; length <= MULTIPLIED.length + (1 << 20);) {
      const { done, value } = await from.read().catch(() => { throw new Form('the appearance is damaged'); });
      if (done) { return parts.map(fromBytes).join(''); }
      parts.push(value);
      length += value.length;
    }
    from.cancel().catch(() => {});
    throw new Form('the appearance is too long');
  }

  // normal checks a mark as who signs has it checked.
  function normal(m) {
    if (![m.name, m.reason, m.place].every(plain) || m.name === '') { throw new Form('no plain text'); }
    m.rect = m.rect.map(v => {
      if (!(Math.abs(v) <= 14400)) { throw new Form('not on a page'); }
      return Math.sign(v) * Math.round(Math.abs(v) * 1000) / 1000;
    });
    m.hidden = m.rect.every(v => v === 0);
    if (m.hidden ? m.appearance !== '' : m.rect[2] <= m.rect[0] || m.rect[3] <= m.rect[1]) { throw new Form('not on a page'); }
    vectors(m.appearance);
  }

  function fieldsOf(d) {
    const form = get(catalog(d), '/AcroForm');
    if (!form) { return []; }
    const fields = get(form, '/Fields');
    if (!isDict(form) || form.v.length !== 2 || !fields || fields.k !== 'array' || !same(get(form, '/SigFlags'), int(3))) { throw new Form('the form is not ours'); }
    return fields.v;
  }

  function dictionary(m, covers) {
    const d = [['/Type', name(m.stamp ? '/DocTimeStamp' : '/Sig')], ['/Filter', name('/Adobe.PPKLite')], ['/SubFilter', name(m.stamp ? '/ETSI.RFC3161' : '/ETSI.CAdES.detached')],
      ['/ByteRange', array([int(0), ...covers.map(int)])], ['/Contents', EMPTY]];
    if (!m.stamp) {
      d.push(['/Name', textString(m.signer)], ['/Reason', textString(m.reason)], ['/Location', textString(m.place)], ['/M', atom(m.time)]);
      if (m.certify) {
        d.push(['/Reference', array([dict([['/Type', name('/SigRef')], ['/TransformMethod', name('/DocMDP')],
          ['/TransformParams', dict([['/Type', name('/TransformParams')], ['/P', int(2)], ['/V', name('/1.2')]])]])])]);
      }
    }
    return dict(d);
  }

  // place writes the revision that adds m, until the numbers that say what it
  // covers fit the length that they give it.
  async function place(d, m) {
    normal(m);
    const cat = catalog(d), fields = fieldsOf(d), all = pages(d);
    if (m.certify && fields.length || fields.some(f => same(get(dictOf(at(d, f)), '/T'), textString(m.name))) || m.page < 0 || m.page >= all.length) { throw new Form('no place for it'); }
    const sheetNum = all[m.page].num, sheet = dictOf(object(d, sheetNum)), stuck = get(sheet, '/Annots');
    if (stuck && stuck.k !== 'array') { throw new Form('the notes are not ours'); }
    let covers = [d.end, d.end + 2 * HOLE, 500];
    for (let turn = 0; turn < 8; turn++) {
      const u = new Update(d), field = u.reserve(), drawn = m.hidden ? 0 : u.reserve(), signature = u.reserve();
      let c = put(cat, '/AcroForm', dict([['/Fields', array([...fields, ref(field)])], ['/SigFlags', int(3)]]));
      if (m.certify) { c = put(c, '/Perms', dict([['/DocMDP', ref(signature)]])); }
      u.put(rootOf(d), c);
      u.put(sheetNum, put(sheet, '/Annots', array([...(stuck ? stuck.v : []), ref(field)])));
      const w = [['/Type', name('/Annot')], ['/Subtype', name('/Widget')], ['/FT', name('/Sig')], ['/T', textString(m.name)], ['/F', int(132)],
        ['/Rect', array(m.rect.map(num))], ['/P', ref(sheetNum)], ['/V', ref(signature)]];
      if (!m.hidden) { w.push(['/AP', dict([['/N', ref(drawn)]])]); }
      u.put(field, dict(w));
      if (!m.hidden) {
        const box = array([int(0), int(0), num(m.rect[2] - m.rect[0]), num(m.rect[3] - m.rect[1])]);
        const mul = dict([['/ExtGState', dict([['/Mul', dict([['/Type', name('/ExtGState')], ['/BM', name('/Multiply')]])]])]]);
        u.put(drawn, dict([['/Type', name('/XObject')], ['/Subtype', name('/Form')], ['/BBox', box], ['/Resources', mul], ...(m.packed ? [['/Filter', name('/FlateDecode')]] : [])]), m.packed || MULTIPLIED + m.appearance);
      }
      const before = u.buf.length;
      u.put(signature, dictionary(m, covers));
      const from = d.end + u.buf.indexOf('/Contents<', before) + '/Contents'.length, to = from + 2 * HOLE + 2;
      const revision = await u.finish(), now = [from, to, d.end + revision.length - to];
      if (now.every((n, i) => n === covers[i])) { return { revision, from, to, field }; }
      covers = now;
    }
    throw new Form('the byte range does not settle');
  }

  // mark reads the one signature of revision i; null if there is none. What it
  // overlooks is found when the revision is written again.
  async function mark(d, i) {
    let widget, sig, drawn;
    d.revs[i].objects.forEach(o => {
      const t = get(o.val, '/Type');
      if (same(t, name('/Sig')) || same(t, name('/DocTimeStamp'))) { sig = o; }
      if (same(t, name('/Annot'))) { widget = o; }
      if (same(t, name('/XObject'))) { drawn = o; }
    });
    if (!widget || !sig) { return null; }
    const w = widget.val, sd = sig.val, rect = get(w, '/Rect'), p = get(w, '/P');
    if (!rect || rect.k !== 'array' || rect.v.length !== 4 || rect.v.some(x => x.k !== 'atom')) { return null; }
    const m = { stamp: same(get(sd, '/Type'), name('/DocTimeStamp')), signer: '', reason: '', place: '', time: '', certify: false, appearance: '', page: -1 };
    m.name = parseText(get(w, '/T'));
    m.rect = rect.v.map(x => decimal(x.v));
    pages(upto(d, i)).forEach((x, n) => { if (p && p.k === 'ref' && x.num === p.v) { m.page = n; } });
    if (!m.stamp) {
      m.signer = parseText(get(sd, '/Name'));
      m.reason = parseText(get(sd, '/Reason'));
      m.place = parseText(get(sd, '/Location'));
      const time = get(sd, '/M');
      m.time = time && time.k === 'atom' ? time.v : '';
      const t = /^\(D:([1-9]\d{13})Z\)$/.exec(m.time);
      if (!t || isNaN(instant(t[1]))) { return null; }
      m.certify = get(sd, '/Reference') !== undefined;
    }
    if (drawn) {
      const packed = get(drawn.val, '/Filter') !== undefined, content = packed ? await unpacked(drawn.data) : drawn.data;
      if (!content.startsWith(MULTIPLIED)) { return null; }
      m.packed = packed ? drawn.data : '';
      m.appearance = content.slice(MULTIPLIED.length);
    }
    return m;
  }

  function storeOf(d) {
    const x = get(catalog(d), '/DSS');
    if (!x) { return { certs: [], lists: [] }; }
    const list = key => {
      const l = get(x, key);
      if (!l || l.k !== 'array') { throw new Form('the store is not ours'); }
      return l.v.map(r => {
        const o = at(d, r);
        if (!o || !o.stream) { throw new Form('the store is not ours'); }
        return o.data;
      });
    };
    const s = { certs: list('/Certs'), lists: list('/CRLs') };
    if (x.v.length !== 2) { throw new Form('the store is not ours'); }
    return s;
  }
  async function keep(d, add) {
    const u = new Update(d), old = get(catalog(d), '/DSS');
    const more = (key, list) => {
      const all = get(old, key), out = all && all.k === 'array' ? all.v.slice() : [];
      list.forEach(data => { const n = u.reserve(); u.put(n, dict([]), data); out.push(ref(n)); });
      return array(out);
    };
    const certs = more('/Certs', add.certs), lists = more('/CRLs', add.lists);
    u.put(rootOf(d), put(catalog(d), '/DSS', dict([['/Certs', certs], ['/CRLs', lists]])));
    return u.finish();
  }

  // explain says what revision i added: {added, mark…}; null if it is not ours.
  async function explain(d, i) {
    try {
      const before = upto(d, i), r = d.revs[i], text = d.s.slice(r.start, r.end), m = await mark(d, i);
      if (m) {
        const p = await place(before, m), a = p.from - r.start, b = p.to - r.start;
        if (text.length !== p.revision.length || text.slice(0, a) !== p.revision.slice(0, a) || text.slice(b) !== p.revision.slice(b)) { return null; }
        const hole = /^<((?:[0-9a-f]{2})*)>$/.exec(d.s.slice(p.from, p.to)), all = hole ? unhex(hole[1]) : new Uint8Array(0);
        let n = 0;
        try { n = tlv(all, 0, all.length, 0x30).next; } catch (e) { if (!(e instanceof Form)) { throw e; } }
        return Object.assign(m, { added: m.stamp ? 'timestamp' : 'signature', revision: i, covers: r.end, from: p.from, to: p.to, field: p.field, der: all.slice(0, n), intact: n > 0 && all.slice(n).every(x => x === 0) });
      }
      const was = storeOf(before), now = storeOf(upto(d, i + 1));
      const add = { certs: now.certs.slice(was.certs.length), lists: now.lists.slice(was.lists.length) };
      if (now.certs.length < was.certs.length || now.lists.length < was.lists.length || !add.certs.length && !add.lists.length) { return null; }
      return await keep(before, add) === text ? { added: 'dss', revision: i } : null;
    } catch (e) {
      if (e instanceof Form) { return null; }
      throw e;
    }
  }

  // ---- DER ----

  const fromBytes = b => {
    const parts = [];
    for (let i = 0; i < b.length; i += 0x8000) { parts.push(String.fromCharCode(...b.subarray(i, i + 0x8000))); }
    return parts.join('');
  };
  const toBytes = s => { const b = new Uint8Array(s.length); for (let i = 0; i < s.length; i++) { b[i] = s.charCodeAt(i); } return b; };
  const hex = b => Array.from(b, x => x.toString(16).padStart(2, '0')).join('');
  const unhex = s => { const b = new Uint8Array(s.length / 2); for (let i = 0; i < b.length; i++) { b[i] = parseInt(s.substr(2 * i, 2), 16); } return b; };
  const eq = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
  const join = (...parts) => { const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0)); let n = 0; parts.forEach(p => { out.set(p, n); n += p.length; }); return out; };
  const sha256 = async b => new Uint8Array(await crypto.subtle.digest('SHA-256', b));

  // tlv reads one element with the shortest length, of a tag if one is given.
  function tlv(b, at, end, tag) {
    if (at + 2 > end || (b[at] & 31) === 31 || tag !== undefined && b[at] !== tag) { throw new Form('DER'); }
    let len = b[at + 1], head = 2;
    if (len & 128) {
      const n = len & 127;
      if (n < 1 || n > 4 || at + 2 + n > end || b[at + 2] === 0) { throw new Form('DER'); }
      len = 0;
      for (let i = 0; i < n; i++) { len = len * 256 + b[at + 2 + i]; }
      if (len < 128) { throw new Form('DER'); }
      head += n;
    }
    const next = at + head + len;
    if (next > end) { throw new Form('DER'); }
    return { tag: b[at], raw: b.subarray(at, next), body: b.subarray(at + head, next), next };
  }
  // kids are the elements within a body, all of it.
  function kids(body) {
    const out = [];
    for (let n = 0; n < body.length; ) { const e = tlv(body, n, body.length); out.push(e); n = e.next; }
    return out;
  }
  function wrap(tag, ...parts) {
    const body = join(...parts), n = body.length;
    const len = n < 128 ? [n] : n < 256 ? [129, n] : n < 65536 ? [130, n >> 8, n & 255] : [131, n >> 16, n >> 8 & 255, n & 255];
    return join([tag], len, body);
  }
  const is = (e, tag) => { if (!e || e.tag !== tag) { throw new Form('DER'); } return e; };

  const OID = { signed: '06092a864886f70d010702', data: '06092a864886f70d010701', tst: '060b2a864886f70d0109100104', kind: '06092a864886f70d010903', digest: '06092a864886f70d010904', stamp: '060b2a864886f70d010910020e', cert: '060b2a864886f70d010910022f' };
  const SHA = ['300b0609608648016503040201', '300d06096086480165030402010500'], ECDSA = '300a06082a8648ce3d040302';
  const P256 = '3059301306072a8648ce3d020106082a8648ce3d03010703420004';

  // parseCMS refuses what emitting it again would not give.
  function parseCMS(der) {
    const outer = tlv(der, 0, der.length, 0x30);
    const [oid, explicit] = kids(outer.body), sd = kids(is(explicit, 0xa0).body);
    const [version, digests, encap, certs, infos] = kids(is(sd[0], 0x30).body);
    if (hex(oid.raw) !== OID.signed) { throw new Form('CMS'); }
    is(version, 2); is(digests, 0x31); is(certs, 0xa0);
    const e = kids(is(encap, 0x30).body), info = kids(is(kids(is(infos, 0x31).body)[0], 0x30).body);
    const c = { kind: hex(is(e[0], 6).raw), certs: kids(certs.body).map(x => is(x, 0x30).raw) };
    if (c.kind !== OID.data && c.kind !== OID.tst) { throw new Form('CMS'); }
    c.content = e[1] ? is(kids(is(e[1], 0xa0).body)[0], 4).body : null;
    const [v, issuer, digest, attrs, alg, sig, unsigned] = info;
    is(v, 2);
    Object.assign(c, { issuer: is(issuer, 0x30).raw, digest: is(digest, 0x30).raw, attributes: is(attrs, 0xa0).body, algorithm: is(alg, 0x30).raw, signature: is(sig, 4).body, unsigned: unsigned ? is(unsigned, 0xa1).body : null });
    const again = wrap(0x30, unhex(OID.signed), wrap(0xa0, wrap(0x30, [2, 1, c.kind === OID.data ? 1 : 3], wrap(0x31, c.digest),
      wrap(0x30, unhex(c.kind), c.content ? wrap(0xa0, wrap(4, c.content)) : []), wrap(0xa0, ...c.certs),
      wrap(0x31, wrap(0x30, [2, 1, 1], c.issuer, c.digest, wrap(0xa0, c.attributes), c.algorithm, wrap(4, c.signature), c.unsigned ? wrap(0xa1, c.unsigned) : [])))));
    if (!eq(again, der)) { throw new Form('CMS'); }
    return c;
  }

  function instant(digits) { // 14 digits
    const n = [0, 4, 6, 8, 10, 12].map((from, i) => Number(digits.slice(from, from + (i ? 2 : 4))));
    const t = Date.UTC(n[0], n[1] - 1, n[2], n[3], n[4], n[5]), d = new Date(t);
    return d.getUTCFullYear() === n[0] && d.getUTCMonth() === n[1] - 1 && d.getUTCDate() === n[2] && d.getUTCHours() === n[3] && d.getUTCMinutes() === n[4] && d.getUTCSeconds() === n[5] ? t : NaN;
  }
  function timeOf(e) {
    const s = String.fromCharCode(...e.body), m = e.tag === 0x17 ? /^(\d{12})Z$/.exec(s) : e.tag === 0x18 ? /^(\d{14})Z$/.exec(s) : null;
    const t = m ? instant(e.tag === 0x17 ? (s < '50' ? '20' : '19') + m[1] : m[1]) : NaN;
    if (isNaN(t)) { throw new Form('time'); }
    return t;
  }

  function parseCert(der) {
    const top = tlv(der, 0, der.length, 0x30);
    if (top.next !== der.length) { throw new Form('certificate'); }
    const [tbs, alg, sig, more] = kids(top.body);
    is(tbs, 0x30); is(alg, 0x30); is(sig, 3);
    const t = kids(tbs.body);
    if (more || sig.body[0] !== 0 || hex(is(t[0], 0xa0).body) !== '020102' || !eq(is(t[2], 0x30).raw, alg.raw)) { throw new Form('certificate'); }
    const c = { der, tbs: tbs.raw, algorithm: hex(alg.raw), signature: sig.body.subarray(1), serial: is(t[1], 2).raw, issuer: is(t[3], 0x30).raw, subject: is(t[5], 0x30).raw, key: is(t[6], 0x30).raw, usage: null, uses: null, ca: false, length: -1, paper: null };
    [c.from, c.to] = kids(is(t[4], 0x30).body).map(timeOf);
    kids(t[5].body).forEach(rdn => kids(is(rdn, 0x31).body).forEach(a => {
      const [k, v] = kids(a.body);
      if (hex(k.raw) === '0603550403') { c.cn = v.tag === 0x0c || v.tag === 0x13 ? new TextDecoder().decode(v.body) : undefined; }
    }));
    const rest = t.slice(7).filter(e => e.tag !== 0x81 && e.tag !== 0x82), seen = new Set();
    (rest[0] ? kids(is(kids(is(rest[0], 0xa3).body)[0], 0x30).body) : []).forEach(x => {
      const p = kids(x.body), id = hex(is(p[0], 6).raw), critical = p[1].tag === 1 && p[1].body[0] === 0xff, v = is(p[p.length - 1], 4).body;
      if (seen.has(id)) { throw new Form('an extension twice'); }
      seen.add(id);
      switch (id) {
        case '0603551d13': {
          const b = kids(tlv(v, 0, v.length, 0x30).body);
          c.ca = !!b[0] && b[0].tag === 1 && b[0].body[0] === 0xff;
          if (b[1]) { c.length = is(b[1], 2).body[0]; }
          break;
        }
        case '0603551d0f': c.usage = tlv(v, 0, v.length, 3).body[1] || 0; break;
        case '0603551d25': c.uses = kids(tlv(v, 0, v.length, 0x30).body).map(e => hex(e.raw)); c.usesCritical = critical; break;
        case '06092b06010401868d1f01': c.paper = v; break;
        case '0603551d1e': throw new Unsupported('name constraints');
        default: c.strange = c.strange || critical;
      }
    });
    return c;
  }

  // holds verifies an ECDSA signature in DER over data.
  async function holds(spki, der, data) {
    if (!hex(spki).startsWith(P256) || spki.length !== 91) { throw new Unsupported('key'); }
    let raw;
    try {
      const seq = tlv(der, 0, der.length, 0x30), ints = kids(seq.body);
      if (seq.next !== der.length || ints.length !== 2) { return false; }
      raw = join(...ints.map(e => {
        let b = is(e, 2).body;
        if (!b.length || b[0] & 128 || b[0] === 0 && !(b[1] & 128)) { throw new Form('integer'); }
        if (b[0] === 0) { b = b.subarray(1); }
        if (b.length > 32) { throw new Form('integer'); }
        return join(new Uint8Array(32 - b.length), b);
      }));
    } catch (e) {
      if (e instanceof Form) { return false; }
      throw e;
    }
    const key = await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']).catch(() => { throw new Form('key'); });
    return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, raw, data);
  }
  async function signedBy(c, by) {
    if (!eq(c.issuer, by.subject)) { return false; }
    if (c.algorithm !== ECDSA) { throw new Unsupported('algorithm'); }
    return holds(by.key, c.signature, c.tbs);
  }
  const certSign = c => c.ca && (c.usage === null || (c.usage & 4) !== 0);

  // Circle is whom one believes, with what one file brings along.
  class Circle {
    // people are the roots of one-time certificates, which count under no other; none: the same roots.
    constructor(roots, people) {
      this.roots = roots; this.people = people.length ? people : roots; this.all = [...roots, ...people];
      this.known = []; this.certs = []; this.lists = [];
    }
    meet(der) {
      let certs;
      try { certs = parseCMS(der).certs.map(parseCert); } catch (e) { if (e instanceof Form) { return; } throw e; }
      certs.forEach(c => { if (c.ca && this.known.length < 64 && !this.known.some(k => eq(k.der, c.der))) { this.known.push(c); } });
    }
    // path finds the way from a leaf to one of some roots, all valid at that time; null if there is none.
    async path(leaf, embedded, roots, when, stamping) {
      const good = c => !c.strange && c.from <= when && when <= c.to && (!stamping || !c.uses || c.uses.includes('06082b06010505070308') || c.uses.includes('0604551d2500'));
      const walk = async chain => {
        const c = chain[chain.length - 1];
        if (roots.some(r => eq(r.der, c.der))) { return chain; }
        if (chain.length > 6) { return null; }
        for (const by of [...roots, ...this.known, ...this.certs, ...embedded]) {
          if (chain.some(x => eq(x.der, by.der)) || !good(by) || !certSign(by) || by.length >= 0 && chain.length - 1 > by.length || !await signedBy(c, by)) { continue; }
          const found = await walk([...chain, by]);
          if (found) { return found; }
        }
        return null;
      };
      return good(leaf) ? walk([leaf]) : null;
    }
    async revoked(path, when) {
      for (let i = 0; i + 1 < path.length; i++) {
        for (const l of this.lists) {
          if (await signedBy(l, path[i + 1]) && l.entries.some(e => hex(e.serial) === hex(path[i].serial) && e.at <= when)) { return true; }
        }
      }
      return false;
    }
    // take reads the store: whether it is in form, and whether all of it is vouched for.
    async take(s) {
      if (s.certs.length + s.lists.length > 256) { return [false, false]; }
      const own = s.certs.map(x => parseCert(toBytes(x)));
      this.certs = own;
      let vouched = true;
      const issuers = this.all.slice();
      for (const c of [...own, ...this.known]) {
        const p = await this.path(c, [], this.all, c.from, false);
        if (p) { issuers.push(...p); } else if (own.includes(c)) { vouched = false; }
      }
      for (const x of s.lists) {
        const l = parseList(toBytes(x));
        let by = false;
        for (const i of issuers) { by = by || certSign(i) && await signedBy(l, i); }
        vouched = vouched && by;
        this.lists.push(l);
      }
      return [true, vouched];
    }
  }

  function parseList(der) {
    const top = tlv(der, 0, der.length, 0x30), [tbs, alg, sig, more] = kids(top.body), t = kids(is(tbs, 0x30).body);
    if (top.next !== der.length || more || is(sig, 3).body[0] !== 0 || hex(is(t[0], 2).raw) !== '020101' || !eq(is(t[1], 0x30).raw, is(alg, 0x30).raw)) { throw new Form('list'); }
    const rest = t.slice(3).filter(e => e.tag !== 0x17 && e.tag !== 0x18), entries = rest[0] && rest[0].tag === 0x30 ? rest[0] : null;
    return { tbs: tbs.raw, algorithm: hex(alg.raw), signature: sig.body.subarray(1), issuer: is(t[2], 0x30).raw,
      entries: entries ? kids(entries.body).map(e => { const p = kids(e.body); return { serial: is(p[0], 2).raw, at: timeOf(p[1]) }; }) : [] };
  }

  const certificates = c => {
    const all = c.certs.map(parseCert);
    all.forEach((x, i) => { if (all.slice(0, i).some(y => eq(x.der, y.der))) { throw new Form('a certificate twice'); } });
    const signer = all.find(x => eq(wrap(0x30, x.issuer, x.serial), c.issuer));
    if (!signer) { throw new Form('no signer'); }
    return [all, signer];
  };
  const attribute = (oid, ...value) => wrap(0x30, unhex(oid), wrap(0x31, ...value));
  const byBytes = (a, b) => { for (let i = 0; i < Math.min(a.length, b.length); i++) { if (a[i] !== b[i]) { return a[i] - b[i]; } } return a.length - b.length; };

  async function checkSignature(c, signer) {
    if (!SHA.includes(hex(c.digest)) || hex(c.algorithm) !== ECDSA) { throw new Unsupported('algorithm'); }
    if (!await holds(signer.key, c.signature, wrap(0x31, c.attributes))) { throw new Form('the signature does not hold'); }
  }

  // parseToken reads a time stamp and checks its signature (RFC 3161, 5816).
  async function parseToken(der) {
    const c = parseCMS(der), t = { cms: c };
    if (c.kind !== OID.tst || !c.content || c.unsigned) { throw new Form('token'); }
    const top = tlv(c.content, 0, c.content.length, 0x30), i = kids(top.body), imprint = kids(is(i[2], 0x30).body);
    if (top.next !== c.content.length || hex(is(i[0], 2).raw) !== '020101' || imprint.length !== 2 || !SHA.includes(hex(imprint[0].raw))) { throw new Form('token'); }
    is(i[1], 6); is(i[3], 2);
    t.digest = is(imprint[1], 4).body;
    const m = /^(\d{14})(?:\.(\d+))?Z$/.exec(String.fromCharCode(...is(i[4], 0x18).body));
    t.time = m ? instant(m[1]) + (m[2] ? Number('0.' + m[2]) * 1000 : 0) : NaN;
    if (t.digest.length !== 32 || isNaN(t.time)) { throw new Form('token'); }
    [t.certs, t.signer] = certificates(c);
    if (!SHA.includes(hex(c.digest))) { throw new Unsupported('digest'); }
    const found = new Set(), sum = await sha256(c.content), mine = await sha256(t.signer.der);
    for (const a of kids(c.attributes)) {
      const [oid, values] = kids(is(a, 0x30).body), id = hex(is(oid, 6).raw), v = kids(is(values, 0x31).body);
      if (found.has(id)) { throw new Form('token'); }
      found.add(id);
      if (id === OID.kind && hex(v[0].raw) !== OID.tst || id === OID.digest && !eq(is(v[0], 4).body, sum)) { throw new Form('token'); }
      if (id === OID.cert) {
        const one = kids(is(kids(is(kids(is(v[0], 0x30).body)[0], 0x30).body)[0], 0x30).body);
        if (one[0].tag === 0x30 && !SHA.includes(hex(one[0].raw))) { throw new Unsupported('digest'); }
        if (!eq(is(one[one[0].tag === 0x30 ? 1 : 0], 4).body, mine)) { throw new Form('token'); }
      }
    }
    if (![OID.kind, OID.digest, OID.cert].every(x => found.has(x))) { throw new Form('token'); }
    await checkSignature(c, t.signer);
    return t;
  }

  const SKEW = 60000;
  async function stampProblems(circle, t, proven) {
    const s = t.signer;
    if (!s.uses || s.uses.length !== 1 || s.uses[0] !== '06082b06010505070308' || !s.usesCritical) { return ['stamp.untrusted']; }
    const p = await circle.path(s, t.certs, circle.all, proven, true);
    if (!p || t.certs.some(c => !p.some(x => eq(x.der, c.der))) || await circle.revoked(p, proven) || t.time < s.from) { return ['stamp.untrusted']; }
    return t.time > proven + SKEW ? ['stamp.future'] : [];
  }
  const NOT_FOR_PAPERS = ['06082b06010505070308', '06082b06010505070301', '06082b06010505070303', '06082b06010505070309'];
  async function signerProblems(circle, leaf, embedded, when) {
    if (leaf.ca || !((leaf.usage || 0) & 0xc0) || (leaf.uses || []).some(u => NOT_FOR_PAPERS.includes(u))) { return ['usage']; }
    const p = await circle.path(leaf, embedded, leaf.paper ? circle.people : circle.roots, when, false);
    if (!p) { return [leaf.from <= when && when <= leaf.to ? 'untrusted' : 'expired']; }
    const out = await circle.revoked(p, when) ? ['revoked'] : [];
    if (embedded.length > p.length || embedded.some((c, i) => !eq(c.der, p[i].der))) { out.push('surplus'); }
    return out;
  }

  // ---- the answer ----

  async function check(bytes, roots, people, now) {
    const r = { verdict: 'foreign', objections: [], signatures: [], revisions: [{}], pages: [], problems: [] };
    let d;
    try { d = read(fromBytes(bytes)); } catch (e) { if (e instanceof Form) { return r; } throw e; }
    const objection = o => r.objections.push(o);
    const form = canonical(d);
    if (!form && d.revs.length === 1) { return r; }
    if (!form) { objection({ what: 'paper.form' }); }
    const found = [], widgets = new Set();
    let ours = 0;
    for (let i = 1; i < d.revs.length; i++) {
      const x = await explain(d, i);
      r.revisions.push({ added: x ? x.added : '', start: d.revs[i].start, end: d.revs[i].end });
      if (x && x.added !== 'dss') { found.push(x); widgets.add(x.field); }
      if (x && ours === i - 1) { ours = i; } else if (!x) { objection({ what: 'structure', revision: i }); }
    }
    if (ours !== d.revs.length - 1) {
      for (const o of differences(upto(d, ours + 1), d, widgets)) {
        objection(Object.assign(o, { revision: ours + 1 }));
        if (o.page && !r.pages.includes(o.page)) { r.pages.push(o.page); }
      }
    }
    if (d.broken) { objection({ what: 'unreadable', byte: lastOf(d).end }); }
    const circle = new Circle(roots, people);
    found.forEach(x => circle.meet(x.der));
    let store = null;
    try { store = storeOf(d); } catch (e) { if (!(e instanceof Form)) { throw e; } }
    if (store) {
      let ok = false, vouched = false;
      try { [ok, vouched] = await circle.take(store); } catch (e) { if (!(e instanceof Form)) { throw e; } }
      if (!ok) { objection({ what: 'dss.content' }); } else if (!vouched) { r.problems.push('dss.untrusted'); }
    }
    let proven = now;
    for (const x of found.slice().reverse()) {
      const out = { name: x.signer, stamp: x.stamp, reason: x.reason, revision: x.revision, covers: x.covers, intact: false, trusted: false, time: NaN, problems: [] };
      r.signatures.unshift(out);
      if (!x.intact) { objection({ what: 'signature.form', revision: x.revision }); continue; }
      const digest = await sha256(join(bytes.subarray(0, x.from), bytes.subarray(x.to, x.covers)));
      try {
        if (x.stamp) {
          const t = await parseToken(x.der);
          if (!eq(t.digest, digest)) { objection({ what: 'signature.bytes', revision: x.revision }); continue; }
          Object.assign(out, { intact: true, time: t.time, problems: await stampProblems(circle, t, proven) });
          if (!out.problems.length) { proven = t.time; }
        } else {
          await judge(r, d, x, circle, digest, proven, out);
        }
      } catch (e) {
        if (!(e instanceof Form)) { throw e; }
        out.intact = false;
        objection({ what: 'signature.form', revision: x.revision });
      }
      out.trusted = out.intact && !out.problems.length;
    }
    let sealed = false; // people sign before the seal
    r.signatures.filter(s => !s.stamp && s.intact).forEach(s => {
      if (!s.once) { sealed = true; } else if (sealed) { objection({ what: 'after.seal', revision: s.revision }); }
    });
    const signers = r.signatures.filter(s => !s.stamp).length, trusted = !r.problems.length && r.signatures.every(s => s.trusted);
    if (r.objections.length || r.signatures.some(s => !s.intact)) {
      r.verdict = 'changed';
    } else if (!signers && trusted) {
      r.verdict = 'unsigned';
    } else {
      r.verdict = trusted ? 'genuine' : 'untrusted';
    }
    return r;
  }

  // judge checks the signature of a person or a seal.
  async function judge(r, d, x, circle, digest, proven, out) {
    const m = parseCMS(x.der), [certs, signer] = certificates(m);
    const want = [attribute(OID.kind, unhex(OID.data)), attribute(OID.digest, wrap(4, digest)), attribute(OID.cert, wrap(0x30, wrap(0x30, wrap(0x30, wrap(4, await sha256(signer.der))))))].sort(byBytes);
    if (!eq(join(...want), m.attributes)) { r.objections.push({ what: 'signature.bytes', revision: x.revision }); return; }
    if (m.kind !== OID.data || m.content || hex(m.digest) !== SHA[0] || certs[0] !== signer) { throw new Form('signature'); }
    await checkSignature(m, signer);
    if (signer.paper) {
      out.once = true;
      const named = tlv(signer.paper, 0, signer.paper.length, 4);
      if (named.next !== signer.paper.length || !eq(named.body, await sha256(toBytes(d.s.slice(0, d.revs[0].end))))) { r.objections.push({ what: 'other.paper', revision: x.revision }); return; }
    }
    if (out.name !== signer.cn) { out.problems.push('name'); }
    if (!m.unsigned) { out.intact = true; out.problems.push('stamp.missing'); return; }
    const [oid, values] = kids(kids(m.unsigned)[0].body), der = is(kids(is(values, 0x31).body)[0], 0x30).raw;
    if (hex(oid.raw) !== OID.stamp || !eq(attribute(OID.stamp, der), m.unsigned)) { throw new Form('stamp'); }
    const t = await parseToken(der);
    if (!eq(t.digest, await sha256(m.signature))) { throw new Form('stamp'); }
    out.intact = true;
    out.time = t.time;
    out.problems.push(...await stampProblems(circle, t, proven), ...await signerProblems(circle, signer, certs, t.time));
  }

  // rootsIn reads root certificates in PEM, or one in DER.
  function rootsIn(bytes) {
    const text = new TextDecoder('latin1').decode(bytes), list = [];
    for (const m of text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)) { list.push(parseCert(toBytes(atob(m[1].replace(/\s/g, ''))))); }
    return list.length || !bytes.length ? list : [parseCert(bytes)];
  }

  // mashangPaper answers for a file, to who believes the roots of seals and of
  // people; what cannot be told here is "unknown".
  window.mashangPaper = async function (bytes, pem, people, now) {
    try {
      return await check(bytes, rootsIn(pem), people.length ? rootsIn(people) : [], now);
    } catch (e) {
      return { verdict: 'unknown', why: String(e && e.message), objections: [], signatures: [], revisions: [], pages: [], problems: [] };
    }
  };
}());
