package mashang_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"mashang/platform/dbtest"
	"mashang/platform/web"
)

// openAPI is the description of the API as a program gets it.
type openAPI struct {
	doc   map[string]any
	paths map[string]any
}

func newOpenAPI(t *testing.T, h *house) *openAPI {
	t.Helper()
	w := httptest.NewRecorder()
	h.Router.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/openapi.json", nil))
	d := &openAPI{}
	if err := json.Unmarshal(w.Body.Bytes(), &d.doc); err != nil || w.Code != 200 {
		t.Fatalf("%d %v", w.Code, err)
	}
	d.paths, _ = d.doc["paths"].(map[string]any)
	return d
}

func object(v any, keys ...string) map[string]any {
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	m, _ := v.(map[string]any)
	return m
}

// operation finds what describes a request; a word of the path goes before a
// parameter.
func (d *openAPI) operation(method, path string) map[string]any {
	var best map[string]any
	most := -1
	for template, ops := range d.paths {
		words, got, literal := strings.Split(template, "/"), strings.Split(path, "/"), 0
		if len(words) != len(got) || object(ops, strings.ToLower(method)) == nil {
			continue
		}
		for i, w := range words {
			switch {
			case w == got[i]:
				literal++
			case !strings.HasPrefix(w, "{") || got[i] == "":
				literal = -1000
			}
		}
		if literal > most {
			best, most = object(ops, strings.ToLower(method)), literal
		}
	}
	return best
}

// checkAnswer holds an answer of the API against its description.
func (d *openAPI) checkAnswer(method, path string, a answer) error {
	if !strings.HasPrefix(path, web.API) {
		return nil
	}
	op := d.operation(method, path)
	if op == nil {
		return fmt.Errorf("%s %s is not described", method, path)
	}
	status := "default"
	if a.code == http.StatusOK {
		status = "200"
	}
	media, _, _ := strings.Cut(a.kind, ";")
	content := object(op, "responses", status, "content")
	described, ok := content[media]
	if !ok {
		if _, any := content["*/*"]; any && status == "200" {
			return nil // a file
		}
		return fmt.Errorf("%s %s: an answer of %s is not described", method, path, media)
	}
	var v any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		return err
	}
	if err := d.valid(object(described, "schema"), v, ""); err != nil {
		return fmt.Errorf("%s %s answers %d, and not as described: %w\n%s", method, path, a.code, err, a.body)
	}
	return nil
}

// valid holds a value against a schema: types, properties (a property that is
// not described is a fault of the description), items, alternatives.
func (d *openAPI) valid(s map[string]any, v any, where string) error {
	if ref, ok := s["$ref"].(string); ok {
		return d.valid(object(d.doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...), v, where)
	}
	if any, ok := s["anyOf"].([]any); ok {
		var errs []string
		for _, a := range any {
			err := d.valid(object(a), v, where)
			if err == nil {
				return nil
			}
			errs = append(errs, err.Error())
		}
		return fmt.Errorf("none fits: %s", strings.Join(errs, "; "))
	}
	if len(s) == 0 {
		return nil
	}
	if !isOf(s["type"], v) {
		return fmt.Errorf("%s is %v, described as %v", or(where, "it"), v, s["type"])
	}
	switch x := v.(type) {
	case []any:
		for i, e := range x {
			if err := d.valid(object(s, "items"), e, fmt.Sprintf("%s[%d]", where, i)); err != nil {
				return err
			}
		}
	case map[string]any:
		return d.members(s, x, where)
	}
	return nil
}

func (d *openAPI) members(s, x map[string]any, where string) error {
	props, rest := object(s, "properties"), s["additionalProperties"]
	for k, e := range x {
		p, ok := props[k]
		if !ok && rest == nil {
			return fmt.Errorf("%s.%s is not described", where, k)
		}
		if !ok {
			p = rest
		}
		if err := d.valid(object(p), e, where+"."+k); err != nil {
			return err
		}
	}
	required, _ := s["required"].([]any)
	for _, k := range required {
		if _, ok := x[fmt.Sprint(k)]; !ok {
			return fmt.Errorf("%s.%v is missing", where, k)
		}
	}
	return nil
}

func isOf(want, v any) bool {
	kind := "null"
	switch x := v.(type) {
	case string:
		kind = "string"
	case bool:
		kind = "boolean"
	case float64:
		kind = "number"
		if x == float64(int64(x)) && want != "number" {
			kind = "integer"
		}
	case []any:
		kind = "array"
	case map[string]any:
		kind = "object"
	}
	if list, ok := want.([]any); ok {
		return slices.Contains(list, any(kind))
	}
	return want == kind
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// TestOpenAPI walks every route: each that programs may use is described,
// with what it takes and what it answers.
func TestOpenAPI(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	d := newOpenAPI(t, h)
	ids := map[string]string{}
	for _, r := range h.Router.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		op := object(d.paths, web.API+strings.TrimSuffix(path, "{$}"), strings.ToLower(method))
		if r.PageOnly {
			if op != nil {
				t.Errorf("%s is a page for people, and described", r.Pattern)
			}
			continue
		}
		if op == nil || op["summary"] != r.Title {
			t.Errorf("%s is not described", r.Pattern)
			continue
		}
		id, _ := op["operationId"].(string)
		if was, dup := ids[id]; dup {
			t.Errorf("%s and %s are both called %s", was, r.Pattern, id)
		}
		ids[id] = r.Pattern
		checkTakes(t, r, method, path, op)
		checkAnswers(t, r, op)
	}
	if len(ids) < 40 {
		t.Errorf("%d operations are described", len(ids))
	}
}

func checkTakes(t *testing.T, r web.Route, method, path string, op map[string]any) {
	t.Helper()
	have := map[string]bool{}
	params, _ := op["parameters"].([]any)
	for _, p := range params {
		m := object(p)
		have[fmt.Sprint(m["in"], " ", m["name"])] = m["schema"] != nil
	}
	for _, m := range param.FindAllStringSubmatch(path, -1) {
		if !have["path "+m[1]] {
			t.Errorf("%s: {%s} is not described", r.Pattern, m[1])
		}
	}
	if method == http.MethodGet {
		return
	}
	if !have["header Idempotency-Key"] {
		t.Errorf("%s: the idempotency key is not described", r.Pattern)
	}
	media := "application/json"
	if r.Upload > 0 {
		media = "multipart/form-data"
	}
	schema := object(op, "requestBody", "content", media, "schema")
	if r.In != nil && len(schema) == 0 {
		t.Errorf("%s: what it takes is not described", r.Pattern)
	}
	if r.Upload > 0 && len(r.Files) == 0 {
		t.Errorf("%s: it takes files, and does not say in which field", r.Pattern)
	}
	for _, f := range r.Files {
		if object(schema, "properties", f) == nil {
			t.Errorf("%s: the files %s are not described", r.Pattern, f)
		}
	}
	for k, p := range object(schema, "properties") {
		if k == "" || len(object(p)) == 0 {
			t.Errorf("%s: field %q is not described", r.Pattern, k)
		}
	}
}

func checkAnswers(t *testing.T, r web.Route, op map[string]any) {
	t.Helper()
	content := object(op, "responses", "200", "content")
	_, file := content["*/*"]
	if described := file || len(object(content, "application/json", "schema")) > 0; !described {
		t.Errorf("%s: what it answers is not described", r.Pattern)
	}
	if len(object(op, "responses", "default", "content", "application/json", "schema")) == 0 {
		t.Errorf("%s: how it refuses is not described", r.Pattern)
	}
}
