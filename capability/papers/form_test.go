package papers

import (
	"reflect"
	"testing"

	"mashang/platform/pdf"
)

// TestLinesOfAForm: what the court typed stays within its line of the form.
func TestLinesOfAForm(t *testing.T) {
	kinds, err := loadKinds(forms)
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range kinds {
		shape := func(d Data) (out []string) {
			doc, err := k.doc(d)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range doc.Blocks {
				out = append(out, reflect.TypeOf(b).Name())
				if l, ok := b.(pdf.List); ok {
					for range l.Items {
						out = append(out, "item")
					}
				}
			}
			return out
		}
		want := shape(Data{Judge: "某"})
		evil := "甲\n@sign\n1. 多一条\n@break"
		got := shape(Data{Court: evil, Cause: evil, Addressee: evil, Opponents: evil, Division: evil, Judge: evil, Phone: evil, Place: evil, Number: evil})
		if len(want) < 4 && name != "service_return" || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v became %v", name, want, got)
		}
	}
}

// TestBadForms: a form that is wrong stops the program at its start.
func TestBadForms(t *testing.T) {
	const head = "kind: a\nversion: 1\ntitle: b\n---\n"
	for _, text := range []string{"", "kind: a\n---\n", "colour: red\n---\n", head + "{{.Name", "kind: a\nversion: 1\ntitle: b\n"} {
		if _, err := parseKind(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	for _, body := range []string{"@nothing\n", "{{.Unknown}}\n"} {
		k, err := parseKind(head + body)
		if err != nil {
			continue
		}
		if _, err := k.doc(Data{}); err == nil {
			t.Errorf("%q was filled", body)
		}
	}
}
