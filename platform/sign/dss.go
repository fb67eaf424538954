package sign

import (
	"bytes"
	"errors"
)

// store is the document security store: what a verifier needs to check the
// signatures when the authorities are no longer there to be asked.
type store struct {
	certs, lists [][]byte
}

// AddStore appends a revision with certificates and revocation lists (DER)
// that are not in the file yet. It is done after the signatures; a document
// time stamp over it ([AddStamp]) proves when it was there.
func AddStore(pdf []byte, certs, lists [][]byte) ([]byte, error) {
	d, err := whole(pdf)
	if err != nil {
		return nil, err
	}
	has, err := d.view().store()
	if err != nil {
		return nil, err
	}
	add := store{certs: others(certs, has.certs), lists: others(lists, has.lists)}
	if len(add.certs)+len(add.lists) == 0 {
		return nil, errors.New("sign: nothing new for the store")
	}
	rev, err := d.keep(add)
	if err != nil {
		return nil, err
	}
	return append(pdf[:len(pdf):len(pdf)], rev...), nil
}

// others are those of list that are not in has, each once.
func others(list, has [][]byte) [][]byte {
	var out [][]byte
	for _, b := range list {
		if !contains(has, b) && !contains(out, b) {
			out = append(out, b)
		}
	}
	return out
}

func contains(list [][]byte, b []byte) bool {
	for _, x := range list {
		if bytes.Equal(x, b) {
			return true
		}
	}
	return false
}

// keep writes the revision that adds s.
func (d *document) keep(s store) ([]byte, error) {
	u, err := d.update()
	if err != nil {
		return nil, err
	}
	v := d.view()
	root, _ := v.trailer.get("/Root").(ref)
	old, _ := v.catalog().get("/DSS").(dict)
	add := func(key name, list [][]byte) array {
		all, _ := old.get(key).(array)
		for _, b := range list {
			n := u.reserve()
			u.putStream(n, dict{}, b)
			all = all.and(ref(n))
		}
		return all
	}
	dss := dict{{"/Certs", add("/Certs", s.certs)}, {"/CRLs", add("/CRLs", s.lists)}}
	u.put(int(root), v.catalog().with("/DSS", dss))
	return u.finish()
}

// store reads what all revisions have added.
func (v view) store() (store, error) {
	var s store
	x := v.catalog().get("/DSS")
	if x == nil {
		return s, nil
	}
	d, _ := x.(dict)
	read := func(key name) (out [][]byte, ok bool) {
		list, ok := d.get(key).(array)
		for _, r := range list {
			o := v.at(r)
			if o == nil || !o.stream {
				return nil, false
			}
			out = append(out, o.data)
		}
		return out, ok
	}
	var ok1, ok2 bool
	s.certs, ok1 = read("/Certs")
	s.lists, ok2 = read("/CRLs")
	if !ok1 || !ok2 || len(d) != 2 {
		return store{}, errors.New("sign: the store is not ours")
	}
	return s, nil
}
