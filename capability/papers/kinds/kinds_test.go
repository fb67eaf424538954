package kinds

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"mashang/docket/form"
	ends "mashang/law/closing"
	"mashang/platform/pdf"
)

var faces = sync.OnceValues(func() (*pdf.Faces, error) { return pdf.LoadFaces("") })

// TestSamples: each form is drawn from the fictional case that comes with it,
// and that case passes the form's own checks. To look at them:
//
//	PAPERS_OUT=DIR go test -run TestSamples ./capability/papers/kinds
func TestSamples(t *testing.T) {
	ks, err := All()
	if err != nil {
		t.Fatal(err)
	}
	fs, err := faces()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range ks {
		d, flaws, err := k.Doc(nil)
		if err != nil {
			t.Errorf("%s: %v", k.Name, err)
			continue
		}
		for _, f := range flaws {
			t.Errorf("%s: %s: %s", k.Name, f.Field, f.Says)
		}
		if d == nil {
			continue
		}
		b, n, err := pdf.Render(fs, d)
		if err != nil || n == 0 {
			t.Errorf("%s: %d pages, %v", k.Name, n, err)
		}
		if out := os.Getenv("PAPERS_OUT"); out != "" {
			if err := os.WriteFile(filepath.Join(out, k.Name+".pdf"), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestFieldsAreUsed: what a form asks for stands on the paper, and every value
// it names is its own or the file's.
func TestFieldsAreUsed(t *testing.T) {
	ks, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range ks {
		v, err := k.sample()
		if err != nil {
			t.Fatal(err)
		}
		uses := map[string]bool{}
		for _, u := range k.form.Uses() {
			uses[u] = true
			if _, ok := v[u]; !ok && !k.Has(u) {
				t.Errorf("%s: nobody knows {%s}", k.Name, u)
			}
		}
		for _, f := range k.form.Fields {
			if !uses[f.Name] && !onlyChecked[f.Name] {
				t.Errorf("%s: asks for %s and does not print it", k.Name, f.Name)
			}
			if _, ok := v[f.Name]; f.Required && !ok {
				t.Errorf("%s: its sample lacks %s", k.Name, f.Name)
			}
		}
		for name := range k.form.Sample {
			if _, common := v[name]; !k.Has(name) && !common {
				t.Errorf("%s: its sample has %s, which nobody asks for", k.Name, name)
			}
		}
	}
}

// onlyChecked are fields that a check reads and no paper prints.
var onlyChecked = map[string]bool{"granted_all": true, "same_result": true, "no_other": true, "wage": true, "whom": true, "post": true}

// TestLinesOfAForm: what the court typed stays within its line of the form.
func TestLinesOfAForm(t *testing.T) {
	ks, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range ks {
		shape := func(v Values) (out []string) {
			d, err := k.Fill(v)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range d.Blocks {
				out = append(out, reflect.TypeOf(b).Name())
				if l, ok := b.(pdf.List); ok {
					for range l.Items {
						out = append(out, "item")
					}
				}
			}
			return out
		}
		v, err := k.sample()
		if err != nil {
			t.Fatal(err)
		}
		want := shape(v)
		evil := Values{}
		for name, x := range v {
			evil[name] = x
			s, ok := x.(string)
			fd := field(k, name)
			if ok && s != "" && (fd == nil || fd.Type == form.Line) && name != "accepted" && name != "received" && name != "dated" && !strings.Contains("case_url check_url paper_code case_short", name) {
				evil[name] = s + "\n@sign\n1. 多一条\n@break"
			}
		}
		if got := shape(evil); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v became %v", k.Name, want, got)
		}
	}
}

func field(k Kind, name string) *form.Field {
	for _, f := range k.form.Fields {
		if f.Name == name {
			return &f
		}
	}
	return nil
}

// TestBadForms: a form that is wrong stops the program at its start.
func TestBadForms(t *testing.T) {
	good, err := forms.ReadFile("forms/judgment.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parseKind(string(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to string }{
		{"kind: judgment\n", ""}, {"version: 2026-12", "colour: red"}, {"sign: bench", "sign: anyone"}, {"to: all", "to: everybody"},
		{"nature: judging", "nature: nice"}, {"group: 裁判", "group: 其他"}, {"checks: ordinary", "checks: everything"},
		{"| choice(公开,不公开)*", "| choice*"}, {"| table(负担的人,金额)*", "| tables"}, {"fee | 案件受理费 |", "opinion | 案件受理费 |"},
		{"{plaintiffs}与", "{plaintiffs与"}, {"{fee:money}", "{fee:gold}"}, {"@if delay", "@if"[:0]}, {"@each parties", "@every parties"},
		{"\n---\n{", "\n---\n[{"}, {"{appeal_court}。", "{nobody}。"}, {"@text opinion", "@poem opinion"},
	} {
		text := strings.Replace(string(good), c.from, c.to, 1)
		if text == string(good) {
			t.Fatalf("%q does not stand in the form", c.from)
		}
		k, err := parseKind(text)
		if err != nil {
			continue
		}
		if _, _, err := k.Doc(nil); err == nil {
			t.Errorf("with %q for %q the form was filled", c.to, c.from)
		}
	}
}

// TestDoc: values from outside are checked as those of a clerk are, and a form
// that is not filled is not drawn.
func TestDoc(t *testing.T) {
	ks, err := All()
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for ; ks[i].Name != "judgment"; i++ {
	}
	k := ks[i]
	sample, err := json.Marshal(k.form.Sample)
	if err != nil {
		t.Fatal(err)
	}
	if d, flaws, err := k.Doc(sample); err != nil || len(flaws) > 0 || d.Void == "" {
		t.Fatalf("%v, %v", flaws, err)
	}
	if _, flaws, err := k.Doc([]byte(`{"void":"","fee":"a lot"}`)); err != nil || len(flaws) == 0 {
		t.Fatalf("%v, %v", flaws, err)
	}
	if d, _, err := k.Doc([]byte(strings.Replace(string(sample), `"open"`, `"void":"","open"`, 1))); err != nil || d.Void == "" {
		t.Fatalf("not void: %v", err)
	}
	if _, _, err := k.Doc([]byte(`[]`)); err == nil {
		t.Fatal("a list was taken for values")
	}
}

// TestOneSeal: a paper that is sealed leaves room for one seal, any other for none.
func TestOneSeal(t *testing.T) {
	ks, err := All()
	if err != nil {
		t.Fatal(err)
	}
	fs, err := faces()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range ks {
		d := model(t, k)
		d.Unsealed = true
		_, _, areas, err := pdf.RenderAreas(fs, d)
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		if Signs[k.Sign].Seal {
			want = 1
		}
		if len(areas.Seals) != want {
			t.Errorf("%s: room for %d seals, want %d", k.Name, len(areas.Seals), want)
		}
	}
}

// TestEndsACase: the papers by which a case ends are kinds that there are, and
// each way of ending one but “other” has one.
func TestEndsACase(t *testing.T) {
	ks, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range ends.Ways {
		p, ok := ends.WrittenIn(w.Key)
		if ok != (w.Key != "other") || ok && (p.Title == "" || len(p.Basis) == 0 || len(p.Kinds) == 0) {
			t.Errorf("%s: %+v", w.Key, p)
		}
		for _, name := range p.Kinds {
			if !slices.ContainsFunc(ks, func(k Kind) bool { return k.Name == name }) {
				t.Errorf("%s: there is no paper %s", w.Key, name)
			}
		}
	}
}
