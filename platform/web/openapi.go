package web

import (
	"encoding"
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"time"
)

var pathParam = regexp.MustCompile(`\{([a-z_]+)\}`)

// OpenAPI describes the JSON form of every declared route (OpenAPI 3.1).
func (rt *Router) OpenAPI(title, version string) map[string]any {
	paths := map[string]any{}
	for _, r := range rt.routes {
		if r.PageOnly {
			continue
		}
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = API + strings.TrimSuffix(path, "{$}")
		ops, _ := paths[path].(map[string]any)
		if ops == nil {
			ops = map[string]any{}
			paths[path] = ops
		}
		ops[strings.ToLower(method)] = operation(r, path)
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info":    map[string]any{"title": title, "version": version},
		"paths":   paths,
		"components": map[string]any{
			"schemas": map[string]any{
				"Problem":  map[string]any{"type": "object", "properties": map[string]any{"error": schemaOf(reflect.TypeFor[Problem](), 0)}, "required": []any{"error"}},
				"Repeated": withRequired(schemaOf(reflect.TypeFor[Repeated](), 0), "repeated"),
			},
			"securitySchemes": map[string]any{
				"session": map[string]any{"type": "apiKey", "in": "cookie", "name": rt.Cookie()},
				"bearer":  map[string]any{"type": "http", "scheme": "bearer"},
			},
		},
	}
}

func operation(r Route, path string) map[string]any {
	op := map[string]any{
		"summary": r.Title, "operationId": operationID(r.Pattern),
		"x-object": r.Object, "x-verb": r.Verb,
		"responses": map[string]any{
			"200":     map[string]any{"description": "完成", "content": answers(r)},
			"default": map[string]any{"description": "没有办成，原因见 show", "content": map[string]any{"application/json": map[string]any{"schema": map[string]any{"$ref": "#/components/schemas/Problem"}}}},
		},
	}
	if r.Object != Public {
		op["security"] = []any{map[string]any{"session": []any{}}, map[string]any{"bearer": []any{}}}
	}
	var params []any
	for _, m := range pathParam.FindAllStringSubmatch(path, -1) {
		params = append(params, map[string]any{"name": m[1], "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
	}
	get := strings.HasPrefix(r.Pattern, http.MethodGet)
	if r.In != nil && get {
		t := reflect.TypeOf(r.In)
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			params = append(params, map[string]any{"name": name, "in": "query", "schema": schemaOf(t.Field(i).Type, 0)})
		}
	}
	if !get {
		params = append(params, map[string]any{"name": "Idempotency-Key", "in": "header", "schema": map[string]any{"type": "string", "maxLength": 100}})
		if r.In != nil {
			media := "application/json"
			if r.Upload > 0 {
				media = "multipart/form-data"
			}
			op["requestBody"] = map[string]any{"content": map[string]any{media: map[string]any{"schema": takes(r)}}}
		}
	}
	if params != nil {
		op["parameters"] = params
	}
	return op
}

// answers is what a route answers when it is done: JSON, or a file. A form
// that was carried out before is answered alike by every route.
func answers(r Route) map[string]any {
	if _, file := r.Out.(File); file {
		return map[string]any{"*/*": map[string]any{"schema": map[string]any{"type": "string", "format": "binary"}}}
	}
	s := schemaFor(r.Out)
	if !strings.HasPrefix(r.Pattern, http.MethodGet) {
		s = map[string]any{"anyOf": []any{s, map[string]any{"$ref": "#/components/schemas/Repeated"}}}
	}
	return map[string]any{"application/json": map[string]any{"schema": s}}
}

// takes is the schema of a form with its files.
func takes(r Route) map[string]any {
	s := schemaFor(r.In)
	props, _ := s["properties"].(map[string]any)
	for _, f := range r.Files {
		props[f] = map[string]any{"type": "array", "items": map[string]any{"type": "string", "format": "binary"}}
	}
	return s
}

func withRequired(s map[string]any, names ...any) map[string]any {
	s["required"] = names
	return s
}

var notWord = regexp.MustCompile(`[^A-Za-z0-9]+`)

func operationID(pattern string) string {
	return strings.Trim(notWord.ReplaceAllString(pattern, "_"), "_")
}

func schemaFor(v any) map[string]any {
	if v == nil {
		return map[string]any{}
	}
	return schemaOf(reflect.TypeOf(v), 0)
}

var (
	textType = reflect.TypeFor[encoding.TextMarshaler]()
	jsonType = reflect.TypeFor[json.Marshaler]()
)

func schemaOf(t reflect.Type, depth int) map[string]any {
	if t.Kind() == reflect.Pointer {
		s := schemaOf(t.Elem(), depth)
		if kind, ok := s["type"].(string); ok && kind != "object" { // nothing is an answer as well
			s["type"] = []any{kind, "null"}
		}
		return s
	}
	if t.Implements(jsonType) && t.Kind() == reflect.Struct && t.NumField() == 1 { // a wrapper shows what it holds
		return schemaOf(t.Field(0).Type, depth)
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t.Implements(textType):
		return map[string]any{"type": "string"}
	case t == reflect.TypeFor[json.RawMessage](): // whatever somebody else says
		return map[string]any{"type": []any{"object", "array", "string", "number", "boolean", "null"}, "additionalProperties": map[string]any{}}
	case depth > 6:
		return map[string]any{}
	}
	switch t.Kind() {
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Uint64, reflect.Uint32:
		return map[string]any{"type": "integer"}
	case reflect.Slice, reflect.Array:
		return map[string]any{"type": []any{"array", "null"}, "items": schemaOf(t.Elem(), depth+1)} // an empty list may be null
	case reflect.Map:
		return map[string]any{"type": []any{"object", "null"}, "additionalProperties": schemaOf(t.Elem(), depth+1)}
	case reflect.Struct:
		props := map[string]any{}
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous || !f.IsExported() || name == "-" {
				continue
			}
			if name == "" {
				name = f.Name
			}
			props[name] = schemaOf(f.Type, depth+1)
		}
		return map[string]any{"type": "object", "properties": props}
	}
	return map[string]any{}
}
