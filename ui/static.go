package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var static embed.FS

type asset struct {
	body, zipped []byte
	kind         string
}

// assets by hashed name, and the hashed name of each file.
var assets, hashed = load()

var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml; charset=utf-8", ".png": "image/png", ".webmanifest": "application/manifest+json"}

func load() (map[string]asset, map[string]string) {
	as, names := map[string]asset{}, map[string]string{}
	add := func(file string, b []byte) {
		h := sha256.Sum256(b)
		ext := path.Ext(file)
		name := strings.TrimSuffix(file, ext) + "-" + hex.EncodeToString(h[:5]) + ext
		var z bytes.Buffer
		w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
		_, _ = w.Write(b)
		_ = w.Close()
		as[name], names[file] = asset{b, z.Bytes(), kinds[ext]}, name
	}
	entries, _ := fs.ReadDir(static, "static")
	for _, e := range entries {
		if b, err := static.ReadFile("static/" + e.Name()); err == nil {
			add(e.Name(), b)
		}
	}
	for _, i := range icons {
		add(i.name, icon(i.size, i.maskable))
	}
	return as, names
}

// Asset returns the address of a static file; it changes with the content.
func Asset(name string) string { return "/static/" + hashed[name] }

// Static serves the files, for ever cacheable and compressed.
func Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := assets[strings.TrimPrefix(r.URL.Path, "/static/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			_, _ = w.Write(a.zipped)
			return
		}
		_, _ = w.Write(a.body)
	})
}
