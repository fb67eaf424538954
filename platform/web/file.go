package web

import (
	"net/http"
	"net/url"
	"strings"
)

// sendFile writes a download. Whatever a stranger uploaded is never run by
// the browser as our own page: sandboxed, and saved unless it is a plain kind.
func sendFile(w http.ResponseWriter, r *http.Request, f *File) int {
	disposition := "attachment"
	if f.Inline && (f.Type == "application/pdf" || strings.HasPrefix(f.Type, "image/") && f.Type != "image/svg+xml") {
		disposition = "inline"
	}
	w.Header().Set("Content-Type", f.Type)
	if f.Type != "application/pdf" { // Chromium's PDF viewer does not open in a sandbox
		w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	}
	w.Header().Set("Content-Disposition", disposition+`; filename="`+ascii(f.Name)+`"; filename*=UTF-8''`+url.PathEscape(f.Name))
	http.ServeContent(w, r, "", f.At, f.Body)
	return http.StatusOK
}

func ascii(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '/' {
			return '_'
		}
		return r
	}, name)
}
