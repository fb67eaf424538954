package kinds

import (
	"encoding/json"
	"fmt"

	"mashang/platform/pdf"
)

// All is the kinds of paper that this program knows, in the order of a
// case.
func All() ([]Kind, error) {
	ks, err := loadKinds(forms)
	return names(ks), err
}

// ByName is the same kinds by their names.
func ByName() (map[string]Kind, error) { return loadKinds(forms) }

// Doc fills a kind for someone who tries it out: with the fictional case that
// comes with its form, or, when data is not nil, with that JSON over it. What
// Lint says of it is returned beside it. The result is always marked void: only
// an act of a court makes a paper.
func (k Kind) Doc(data []byte) (*pdf.Doc, []Flaw, error) {
	v, err := k.sample()
	if err != nil {
		return nil, nil, err
	}
	if data != nil {
		for _, f := range k.form.Fields {
			delete(v, f.Name)
		}
		given := Values{}
		if err := json.Unmarshal(data, &given); err != nil {
			return nil, nil, fmt.Errorf("kinds: data: %w", err)
		}
		for name, x := range given {
			v[name] = x
		}
	}
	v["void"] = VoidMark
	flaws := k.Lint(v)
	for _, f := range flaws {
		if k.Has(f.Field) && v[f.Field] != nil && len(k.form.Check(v)) > 0 {
			return nil, flaws, nil // of the wrong shape: nothing to draw
		}
	}
	d, err := k.Fill(v)
	return d, flaws, err
}
