package token

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Numbers of PKCS #11 v2.40.
const (
	classCertificate = 1
	classPrivateKey  = 3
	attrClass        = 0
	attrLabel        = 3
	attrValue        = 0x11
	attrKeyType      = 0x100
	keyRSA           = 0
	keyEC            = 3
	signRSA          = 1
	signECDSA        = 0x1041

	lockingByOS   = 2
	serialSession = 4
	user          = 1

	okay            = 0
	alreadyLoggedIn = 0x100
	alreadyStarted  = 0x191

	mostSlots = 64
	mostBytes = 64 << 10 // of a certificate or signature
)

// failure is what the library returned.
type failure struct {
	what string
	code uint64
}

func (f failure) Error() string { return fmt.Sprintf("token: %s returns 0x%x", f.what, f.code) }

func check(what string, code uint64) error {
	if code != okay {
		return failure{what, code}
	}
	return nil
}

// functions is CK_FUNCTION_LIST: a version, then pointers in the order of the
// standard, of which those up to C_Sign are needed.
type functions struct {
	_  [8]byte
	at [44]uintptr
}

// attribute is CK_ATTRIBUTE, mechanism is CK_MECHANISM.
type (
	attribute struct {
		kind  uint64
		value unsafe.Pointer
		size  uint64
	}
	mechanism struct {
		kind      uint64
		parameter unsafe.Pointer
		size      uint64
	}
	start struct { // CK_C_INITIALIZE_ARGS
		_     [4]uintptr
		flags uint64
		_     uintptr
	}
)

// library is a maker's library with the functions that are used.
type library struct {
	slotList    func(present bool, list *uint64, n *uint64) uint64
	tokenInfo   func(slot uint64, info *byte) uint64
	openSession func(slot, flags uint64, app, notify uintptr, session *uint64) uint64
	close       func(session uint64) uint64
	login       func(session, who uint64, pin *byte, n uint64) uint64
	values      func(session, object uint64, list *attribute, n uint64) uint64
	findBegin   func(session uint64, list *attribute, n uint64) uint64
	findNext    func(session uint64, list *uint64, most uint64, n *uint64) uint64
	findEnd     func(session uint64) uint64
	signBegin   func(session uint64, m *mechanism, key uint64) uint64
	finalize    func(reserved uintptr) uint64
	signNow     func(session uint64, data *byte, n uint64, sig *byte, size *uint64) uint64
}

// load opens a library, which stays in the process, and starts it.
func load(path string) (*library, error) {
	h, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	entry, err := purego.Dlsym(h, "C_GetFunctionList")
	if err != nil {
		return nil, fmt.Errorf("token: %s is no PKCS #11 library: %w", path, err)
	}
	var get func(list **functions) uint64
	purego.RegisterFunc(&get, entry)
	var list *functions
	if err := check("C_GetFunctionList", get(&list)); err != nil {
		return nil, err
	}
	var initialize func(args *start) uint64
	l := &library{}
	for n, f := range map[int]any{0: &initialize, 1: &l.finalize, 4: &l.slotList, 6: &l.tokenInfo, 12: &l.openSession, 13: &l.close, 18: &l.login,
		24: &l.values, 26: &l.findBegin, 27: &l.findNext, 28: &l.findEnd, 42: &l.signBegin, 43: &l.signNow} {
		purego.RegisterFunc(f, list.at[n])
	}
	if code := initialize(&start{flags: lockingByOS}); code != okay && code != alreadyStarted {
		return nil, failure{"C_Initialize", code}
	}
	return l, nil
}

// slot finds the token with a label.
func (l *library) slot(label string) (uint64, error) {
	slots, n := make([]uint64, mostSlots), uint64(mostSlots)
	if err := check("C_GetSlotList", l.slotList(true, &slots[0], &n)); err != nil {
		return 0, err
	}
	info := make([]byte, 512) // CK_TOKEN_INFO begins with the label, 32 bytes padded with blanks
	for _, s := range slots[:n] {
		if l.tokenInfo(s, &info[0]) == okay && strings.TrimRight(string(info[:32]), " ") == label {
			return s, nil
		}
	}
	return 0, fmt.Errorf("token: no token is called %q", label)
}

// enter opens a session and logs in.
func (l *library) enter(slot uint64, pin string) (session uint64, err error) {
	if err := check("C_OpenSession", l.openSession(slot, serialSession, 0, 0, &session)); err != nil {
		return 0, err
	}
	p := []byte(pin + "\x00")
	if code := l.login(session, user, &p[0], uint64(len(pin))); code != okay && code != alreadyLoggedIn {
		l.leave(session)
		return 0, failure{"C_Login", code}
	}
	return session, nil
}

func (l *library) leave(session uint64) { l.close(session) }

// find returns the first object of a class and label.
func (l *library) find(session, class uint64, label string) (object uint64, ok bool, err error) {
	c, name := binary.NativeEndian.AppendUint64(nil, class), []byte(label)
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&c[0])
	pin.Pin(&name[0])
	like := []attribute{{attrClass, unsafe.Pointer(&c[0]), 8}, {attrLabel, unsafe.Pointer(&name[0]), uint64(len(name))}}
	if err := check("C_FindObjectsInit", l.findBegin(session, &like[0], 2)); err != nil {
		return 0, false, err
	}
	var n uint64
	err = check("C_FindObjects", l.findNext(session, &object, 1, &n))
	if e := check("C_FindObjectsFinal", l.findEnd(session)); err == nil {
		err = e
	}
	return object, n == 1, err
}

// attribute reads one attribute of an object.
func (l *library) attribute(session, object, kind uint64) ([]byte, error) {
	b := make([]byte, mostBytes)
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&b[0])
	a := attribute{kind, unsafe.Pointer(&b[0]), mostBytes}
	if err := check("C_GetAttributeValue", l.values(session, object, &a, 1)); err != nil {
		return nil, err
	}
	if a.size > mostBytes {
		return nil, failure{"C_GetAttributeValue", a.size}
	}
	return bytes.Clone(b[:a.size]), nil
}

func (l *library) number(session, object, kind uint64) (uint64, error) {
	b, err := l.attribute(session, object, kind)
	if err == nil && len(b) != 8 {
		err = failure{"C_GetAttributeValue", uint64(len(b))}
	}
	if err != nil {
		return 0, err
	}
	return binary.NativeEndian.Uint64(b), nil
}

// sign signs data with a key.
func (l *library) sign(session, key, how uint64, data []byte) ([]byte, error) {
	if err := check("C_SignInit", l.signBegin(session, &mechanism{kind: how}, key)); err != nil {
		return nil, err
	}
	out, n := make([]byte, mostBytes), uint64(mostBytes)
	if err := check("C_Sign", l.signNow(session, &data[0], uint64(len(data)), &out[0], &n)); err != nil {
		return nil, err
	}
	if n > mostBytes || n%2 != 0 {
		return nil, failure{"C_Sign", n}
	}
	return bytes.Clone(out[:n]), nil
}
