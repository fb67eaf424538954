// keys and checkpoints (sumdb/note, C2SP tlog-cosignature)

function validName(s) { return s !== '' && !/[\s\u0085+]/.test(s); }
function verifier(text, alg, what) {
  var f = text.split('+'), name = f[0], b = fromB64(f.slice(2).join('+'));
  if (f.length < 3 || !b || b.length !== 33 || b[0] !== alg || alg === 1 && !validName(name)) { fail(what + '不对'); }
  if (hex(sha256(join([utf8(name + '\n'), b])).subarray(0, 4)) !== f[1]) { fail(what + '和名称对不上'); }
  return { name: name, hash: f[1], pub: b.subarray(1), cosigner: alg === 4 };
}
function signed(v, text, sig) {
  if (!v.cosigner) { return ed25519Verify(v.pub, utf8(text), sig); }
  if (sig.length !== 72) { return false; }
  var at = 0;
  for (var i = 0; i < 8; i++) { at = at * 256 + sig[i]; }
  return at <= 9007199254740991 && ed25519Verify(v.pub, utf8('cosignature/v1\ntime ' + at + '\n' + text), sig.subarray(8));
}

function openCheckpoint(text, key, witnesses) {
  var list = [verifier(key, 1, '公钥')], i, j;
  for (i = 0; i < witnesses.length; i++) { list.push(verifier(witnesses[i], 4, '见证人的公钥')); }
  var cut = text.lastIndexOf('\n\n');
  if (cut < 0 || text.slice(-1) !== '\n' || /[\u0000-\u0009\u000b-\u001f]/.test(text)) { fail('校验点的写法不对'); }
  var body = text.slice(0, cut + 1), lines = text.slice(cut + 2, -1).split('\n'), used = {}, names = [];
  if (lines.length !== list.length) { fail('校验点上的签名不全或来历不明'); }
  for (i = 0; i < lines.length; i++) {
    var m = /^— ([^ ]+) ([^ ]+)$/.exec(lines[i]), sig = m && fromB64(m[2]), v = null;
    if (!sig || sig.length < 5) { fail('签名的写法不对'); }
    for (j = 0; j < list.length; j++) {
      if (list[j].name === m[1] && list[j].hash === hex(sig.subarray(0, 4))) { v = v ? fail('两个见证人的公钥相同') : list[j]; }
    }
    if (!v || used[v.name + '+' + v.hash]) { fail('校验点上的签名不全或来历不明'); }
    used[v.name + '+' + v.hash] = true;
    if (!signed(v, body, sig.subarray(4))) { fail('校验点的签名不对'); }
    names.push(v.name);
  }
  if (names[0] !== list[0].name) { fail('校验点上的签名不全或来历不明'); }
  var f = body.split('\n');
  if (f.length !== 4 || f[0] !== list[0].name) { fail('校验点的内容不对'); }
  if (!/^[1-9][0-9]{0,14}$/.test(f[1])) { fail('校验点的长度不对'); }
  var root = fromB64(f[2]);
  if (!root || root.length !== 32) { fail('校验点的内容不对'); }
  return { size: Number(f[1]), root: root, witnesses: names.slice(1) };
}

// entries

function has(o, k) { return Object.prototype.hasOwnProperty.call(o, k); }
function checkEntry(r, p, n, prev, point) {
  if (p.n !== n || p.prev !== prev) { fail('和前一条接不上，中间少了记录'); }
  if (p.seq < 0 || p.seq >= point.size) { fail('位置不对'); }
  if (!same(recordRoot(hashes(p.proof), 0, point.size, p.seq, leafHash(p.leaf)), point.root)) { fail('不在校验点的记录里'); }
  var lf;
  try { lf = JSON.parse(p.leaf); } catch (e) { fail('内容读不出来'); }
  if (lf === null || typeof lf !== 'object' || !Array.isArray(lf.links) || typeof lf.digests !== 'object' || typeof lf.body !== 'object') { fail('内容读不出来'); }
  if (lf['case'] !== r['case']) { fail('是别的案件的记录'); }
  if (lf.links.indexOf(sum('mashang link v1', p.salt, r.holder, String(p.n), p.prev)) < 0) { fail('不是给这位持有人的第 ' + n + ' 条'); }
  var open = {}, hidden = [], digests = lf.digests || {};
  p.opened.forEach(function (o) {
    if (has(open, o.name) || !has(digests, o.name) || digests[o.name] !== sum('mashang digest v1', o.salt, o.name, o.value)) { fail('“' + o.name + '”的内容对不上'); }
    open[o.name] = true;
  });
  Object.keys(digests).sort().forEach(function (k) { if (!has(open, k)) { hidden.push(k); } });
  return { at: lf.at, kind: lf.kind, title: lf.title, court: lf.court, mine: lf.actor === r.holder, body: lf.body || {}, opened: p.opened, hidden: hidden };
}

// decode returns the receipt if its bytes are written in the one right way.
function decode(bytes) {
  var text = fromUtf8(bytes), r;
  if (text === null) { fail('这不是一份记录文件'); }
  try { r = JSON.parse(text); } catch (e) { fail('这不是一份记录文件'); }
  if (encode(r, SHAPE) !== text) { fail('文件的写法和导出时不一样，被改动过'); }
  if (r.format !== 'mashang receipt 1') { fail('不认识的格式'); }
  return r;
}

// verifyReceipt returns what a good receipt says and throws for any other.
function verifyReceipt(bytes) {
  var r = decode(bytes), point = openCheckpoint(r.checkpoint, r.key, r.witnesses), prev = '', entries = [];
  r.entries.forEach(function (p, i) {
    try { entries.push(checkEntry(r, p, i + 1, prev, point)); } catch (e) { fail('第 ' + (i + 1) + ' 条：' + e.message); }
    prev = toB64(leafHash(p.leaf));
  });
  if (!entries.length) { fail('里面一条记录也没有'); }
  var last = entries[entries.length - 1], n = last.body.entries;
  if (typeof last.kind !== 'string' || last.kind.slice(-9) !== '.exported' || typeof n !== 'number' || Math.floor(n) !== entries.length) { fail('末尾少了记录'); }
  r.earlier.forEach(function (e) {
    var old = openCheckpoint(e.checkpoint, r.key, []);
    if (old.size > point.size) { fail('现在的记录接不上以前的校验点'); }
    var t = treeRoots(hashes(e.proof), 0, point.size, old.size, old.root);
    if (!same(t[0], old.root) || !same(t[1], point.root)) { fail('现在的记录接不上以前的校验点'); }
  });
  return { receipt: r, fingerprint: fingerprint(r.key), size: point.size, witnesses: point.witnesses, entries: entries };
}

function textOf(checkpoint) { return checkpoint.split('\n\n')[0]; }

// extendsReceipt throws unless newer continues older.
function extendsReceipt(older, newer) {
  var a, b;
  try { a = verifyReceipt(older); } catch (e) { fail('旧的一份：' + e.message); }
  try { b = verifyReceipt(newer); } catch (e) { fail('新的一份：' + e.message); }
  var o = a.receipt, n = b.receipt;
  if (o['case'] !== n['case'] || o.holder !== n.holder) { fail('两份不是同一个人、同一个案件的记录'); }
  if (o.key !== n.key) { fail('两份用的公钥不一样'); }
  if (b.size < a.size || n.entries.length < o.entries.length) { fail('新的一份反而更短'); }
  o.entries.forEach(function (e, i) {
    if (e.leaf !== n.entries[i].leaf || e.seq !== n.entries[i].seq) { fail('第 ' + (i + 1) + ' 条和以前导出的不一样，记录被改写过'); }
  });
  if (b.size === a.size) {
    if (textOf(o.checkpoint) !== textOf(n.checkpoint)) { fail('同样长短的记录有两个不同的校验点，记录被改写过'); }
    return b;
  }
  for (var i = 0; i < n.earlier.length; i++) {
    if (textOf(n.earlier[i].checkpoint) === textOf(o.checkpoint)) { return b; }
  }
  return fail('新的一份没有接到旧的校验点上，记录可能被改写过');
}
