package db

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// A disk that returns other bytes than were written must not be believed.
// SQLite has no checksums of pages, so its file access goes through a thin
// layer that keeps them: in the eight bytes that a page of the database
// reserves at its end, and for frames of the write-ahead log in memory, or else
// by the chain of checksums that the log has of its own. A page that fails is
// an error (SQLITE_IOERR_DATA), never an answer. A database made before this
// layer has no reserved bytes and is read as before.

// vfsName is the layer's name in the address of a database.
const vfsName = "mashang"

const (
	pageSize  = 4096
	reserved  = 8
	tail      = pageSize - reserved
	frameHead = 24
	walHead   = 32
	frame     = frameHead + pageSize
)

// tag stands before the sum, so that a page of zeros is not a good one.
const tag = 0x6d617368

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sumOf is the sum of the page at an offset: a page written to another's place
// is wrong too.
func sumOf(page []byte, off int64) uint32 {
	var at [8]byte
	binary.LittleEndian.PutUint64(at[:], uint64(off))
	return crc32.Update(crc32.Checksum(at[:], castagnoli), castagnoli, page)
}

func isPage(n int32, off int64) bool { return n == pageSize && off%pageSize == 0 }

// The methods of a file, as SQLite's own layer has them.
type (
	readFunc  = func(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32
	closeFunc = func(tls *libc.TLS, file uintptr) int32
)

// layer is registered once per process: SQLite's layer for files with other
// methods for two of its kinds.
var layer struct {
	once sync.Once
	err  error

	below       uintptr // SQLite's own layer
	read, write readFunc
	closeLog    closeFunc

	plain, summed, wal uintptr // tables of methods: database unseen or without sums, with sums, log

	mu   sync.Mutex
	logs map[string]*logSums // by path
	open sync.Map            // log file → *logSums
}

// logSums are the sums of a log's frames as this process wrote them.
type logSums struct {
	mu   sync.RWMutex
	sums []uint32 // 0: not known
	path string
	used int          // files open on it
	last atomic.Int64 // number of the frame written last
}

// logFile is the path of a database, of whose log something is asked.
type logFile string

// frames is how long the log is, as far as this process has written it.
func (f logFile) frames() int64 {
	layer.mu.Lock()
	l := layer.logs[string(f)+"-wal"]
	layer.mu.Unlock()
	if l == nil {
		return 0
	}
	return l.last.Load() + 1
}

func (l *logSums) get(i int64) uint32 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if i < int64(len(l.sums)) {
		return l.sums[i]
	}
	return 0
}

func (l *logSums) put(i int64, s uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for int64(len(l.sums)) <= i {
		l.sums = append(l.sums, make([]uint32, 1024)...)
	}
	l.sums[i] = s
}

// at is memory of SQLite's own allocator, which Go neither moves nor frees.
func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// checked registers the layer.
func checked() error {
	layer.once.Do(func() { layer.err = register() })
	return layer.err
}

// methods is the table of methods of an open file.
func methods(file uintptr) **lib.Tsqlite3_io_methods {
	return (**lib.Tsqlite3_io_methods)(at(file))
}

func register() error {
	tls := libc.NewTLS()
	layer.logs = map[string]*logSums{}
	if layer.below = lib.Xsqlite3_vfs_find(tls, 0); layer.below == 0 {
		return errors.New("db: SQLite has no layer for files")
	}
	own := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(lib.Tsqlite3_vfs{})))
	name, err := libc.CString(vfsName)
	if err != nil || own == 0 {
		return errors.Join(err, errors.New("db: no memory for the layer"))
	}
	v := (*lib.Tsqlite3_vfs)(at(own))
	*v = *(*lib.Tsqlite3_vfs)(at(layer.below))
	v.FpNext, v.FzName = 0, name
	*(*func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32)(unsafe.Pointer(&v.FxOpen)) = openFile
	if rc := lib.Xsqlite3_vfs_register(tls, own, 0); rc != lib.SQLITE_OK {
		return fmt.Errorf("db: registering the layer for files: %d", rc)
	}
	return nil
}

// openFile opens a file with SQLite's own layer, then gives databases and logs
// the methods that keep sums.
func openFile(tls *libc.TLS, _, name, file uintptr, flags int32, out uintptr) int32 {
	below := (*lib.Tsqlite3_vfs)(at(layer.below))
	open := *(*func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32)(unsafe.Pointer(&below.FxOpen))
	rc := open(tls, layer.below, name, file, flags, out)
	if rc != lib.SQLITE_OK || flags&(lib.SQLITE_OPEN_MAIN_DB|lib.SQLITE_OPEN_WAL) == 0 {
		return rc
	}
	layer.mu.Lock()
	defer layer.mu.Unlock()
	m := *methods(file)
	if flags&lib.SQLITE_OPEN_MAIN_DB != 0 {
		if layer.plain == 0 {
			layer.read, layer.write = *(*readFunc)(unsafe.Pointer(&m.FxRead)), *(*readFunc)(unsafe.Pointer(&m.FxWrite))
			layer.plain, layer.summed = table(tls, m, readPlain, writePlain), table(tls, m, readSummed, writeSummed)
		}
		*methods(file) = (*lib.Tsqlite3_io_methods)(at(layer.plain))
		return rc
	}
	if layer.wal == 0 { // a log is closed in another way than a database; it is read and written alike
		layer.closeLog = *(*closeFunc)(unsafe.Pointer(&m.FxClose))
		layer.wal = table(tls, m, readFrame, writeFrame)
		*(*closeFunc)(unsafe.Pointer(&(*lib.Tsqlite3_io_methods)(at(layer.wal)).FxClose)) = closeLog
	}
	path := libc.GoString(name)
	l := layer.logs[path]
	if l == nil {
		l = &logSums{path: path}
		layer.logs[path] = l
	}
	l.used++
	layer.open.Store(file, l)
	*methods(file) = (*lib.Tsqlite3_io_methods)(at(layer.wal))
	return rc
}

// table makes a table of methods from SQLite's own, with others to read and write.
func table(tls *libc.TLS, m *lib.Tsqlite3_io_methods, read, write readFunc) uintptr {
	p := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(*m)))
	t := (*lib.Tsqlite3_io_methods)(at(p))
	*t = *m
	t.FiVersion = 2 // no mapped memory: it would be read past the sums
	*(*readFunc)(unsafe.Pointer(&t.FxRead)) = read
	*(*readFunc)(unsafe.Pointer(&t.FxWrite)) = write
	return p
}

func bytesAt(buf uintptr, n int32) []byte {
	return unsafe.Slice((*byte)(at(buf)), n)
}

// keepsSums reports whether the head of a database says that its pages have
// room for a sum.
func keepsSums(head []byte) bool {
	return string(head[:16]) == "SQLite format 3\x00" && binary.BigEndian.Uint16(head[16:]) == pageSize && head[20] == reserved
}

// readPlain reads a database whose head was not seen yet, or has no sums.
func readPlain(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32 {
	rc := layer.read(tls, file, buf, n, off)
	if rc == lib.SQLITE_OK && off == 0 && n >= 100 && keepsSums(bytesAt(buf, n)) {
		*methods(file) = (*lib.Tsqlite3_io_methods)(at(layer.summed))
		return readSummed(tls, file, buf, n, off)
	}
	return rc
}

func writePlain(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32 {
	if off == 0 && n >= 100 && keepsSums(bytesAt(buf, n)) { // a copy that VACUUM INTO makes
		*methods(file) = (*lib.Tsqlite3_io_methods)(at(layer.summed))
		return writeSummed(tls, file, buf, n, off)
	}
	return layer.write(tls, file, buf, n, off)
}

func readSummed(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32 {
	rc := layer.read(tls, file, buf, n, off)
	if rc != lib.SQLITE_OK || !isPage(n, off) {
		return rc
	}
	if p := bytesAt(buf, n); !goodPage(p, off) {
		return lib.SQLITE_IOERR_DATA
	}
	return rc
}

func goodPage(p []byte, off int64) bool {
	return binary.LittleEndian.Uint32(p[tail:]) == tag && binary.LittleEndian.Uint32(p[tail+4:]) == sumOf(p[:tail], off)
}

func putSum(p []byte, off int64) {
	binary.LittleEndian.PutUint32(p[tail:], tag)
	binary.LittleEndian.PutUint32(p[tail+4:], sumOf(p[:tail], off))
}

// writeSummed writes the sum into the page on its way: nobody else uses the
// reserved bytes.
func writeSummed(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32 {
	if isPage(n, off) {
		putSum(bytesAt(buf, n), off)
	}
	return layer.write(tls, file, buf, n, off)
}

// frameAt is the number of the frame whose page stands at an offset of the log.
func frameAt(n int32, off int64) (int64, bool) {
	at := off - walHead - frameHead
	return at / frame, n == pageSize && at >= 0 && at%frame == 0
}

// sums are those of an open log; each has them from its opening on.
func sums(file uintptr) *logSums {
	l, _ := layer.open.Load(file)
	return l.(*logSums)
}

func writeFrame(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32 {
	rc := layer.write(tls, file, buf, n, off)
	if i, ok := frameAt(n, off); ok && rc == lib.SQLITE_OK {
		l := sums(file)
		l.put(i, sumOf(bytesAt(buf, n), off))
		l.last.Store(i)
	}
	return rc
}

// readFrame reads a page from the log. What this process wrote is known; the
// rest, left by an earlier one or written by another, is followed by the log's
// own chain.
func readFrame(tls *libc.TLS, file, buf uintptr, n int32, off int64) int32 {
	rc := layer.read(tls, file, buf, n, off)
	i, ok := frameAt(n, off)
	if rc != lib.SQLITE_OK || !ok {
		return rc
	}
	l, p := sums(file), bytesAt(buf, n)
	s := sumOf(p, off)
	if l.get(i) == s {
		return rc
	}
	good, rc := chained(tls, file, p, i)
	if rc == lib.SQLITE_OK && !good {
		rc = lib.SQLITE_IOERR_DATA
	}
	if rc == lib.SQLITE_OK {
		l.put(i, s)
	}
	return rc
}

// chained reports whether frame i with this page continues the log's own chain
// of checksums (SQLite file format, 4.2).
func chained(tls *libc.TLS, file uintptr, page []byte, i int64) (bool, int32) {
	mem := libc.Xmalloc(tls, frameHead+walHead)
	if mem == 0 {
		return false, lib.SQLITE_NOMEM
	}
	defer libc.Xfree(tls, mem)
	b := bytesAt(mem, frameHead+walHead)
	head, top := b[:frameHead], b[frameHead:]
	if rc := layer.read(tls, file, mem+frameHead, walHead, 0); rc != lib.SQLITE_OK {
		return false, rc
	}
	var order binary.ByteOrder = binary.LittleEndian
	if binary.BigEndian.Uint32(top)&1 != 0 {
		order = binary.BigEndian
	}
	before := top[24:32]
	if i > 0 {
		if rc := layer.read(tls, file, mem, frameHead, walHead+(i-1)*frame); rc != lib.SQLITE_OK {
			return false, rc
		}
		before = append([]byte(nil), head[16:24]...)
	}
	if rc := layer.read(tls, file, mem, frameHead, walHead+i*frame); rc != lib.SQLITE_OK {
		return false, rc
	}
	a, c := binary.BigEndian.Uint32(before), binary.BigEndian.Uint32(before[4:])
	for _, part := range [][]byte{head[:8], page} {
		for ; len(part) > 0; part = part[8:] {
			a += order.Uint32(part) + c
			c += order.Uint32(part[4:]) + a
		}
	}
	return a == binary.BigEndian.Uint32(head[16:]) && c == binary.BigEndian.Uint32(head[20:]), lib.SQLITE_OK
}

func closeLog(tls *libc.TLS, file uintptr) int32 {
	l := sums(file)
	layer.open.Delete(file)
	layer.mu.Lock()
	if l.used--; l.used == 0 {
		delete(layer.logs, l.path)
	}
	layer.mu.Unlock()
	return layer.closeLog(tls, file)
}

// begin makes a database file of one empty page that reserves room for sums;
// a file that is there is left alone. The page is as SQLite's file format
// describes it (1.3, 1.6).
func begin(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	p := make([]byte, pageSize)
	copy(p, "SQLite format 3\x00")
	binary.BigEndian.PutUint16(p[16:], pageSize)
	p[18], p[19], p[20] = 1, 1, reserved // journal until the first connection asks for the log
	p[21], p[22], p[23] = 64, 32, 32
	for at, v := range map[int]uint32{24: 1, 28: 1, 44: 4, 56: 1, 92: 1, 96: 3045000} {
		binary.BigEndian.PutUint32(p[at:], v)
	}
	p[100] = 13 // an empty leaf of a table
	binary.BigEndian.PutUint16(p[105:], tail)
	putSum(p, 0)
	_, err = f.Write(p)
	return errors.Join(err, f.Sync(), f.Close())
}
