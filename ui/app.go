package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"slices"
	"strconv"
)

// icon draws icon.svg as a PNG: red paper, and the three corners of a code. A
// maskable one keeps to the middle, because the phone cuts the corners off.
func icon(size int, maskable bool) []byte {
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	fill := func(x, y, w, h float64, c color.Color) { // in units of the 48 × 48 drawing
		if maskable {
			x, y, w, h = 24+(x-24)*.68, 24+(y-24)*.68, w*.68, h*.68
		}
		at := func(v float64) int { return int(v*float64(size)/48 + .5) }
		draw.Draw(img, image.Rect(at(x), at(y), at(x+w), at(y+h)), image.NewUniform(c), image.Point{}, draw.Src)
	}
	red := color.RGBA{0xa1, 0x16, 0x1d, 0xff}
	draw.Draw(img, img.Bounds(), image.NewUniform(red), image.Point{}, draw.Src)
	for _, p := range [][2]float64{{6.5, 6.5}, {25.5, 6.5}, {6.5, 25.5}} {
		fill(p[0], p[1], 16, 16, color.White)
		fill(p[0]+3, p[1]+3, 10, 10, red)
	}
	for _, r := range [][4]float64{{27, 27, 5, 5}, {35, 35, 5, 5}, {35, 27, 5, 3}, {27, 37, 3, 3}} {
		fill(r[0], r[1], r[2], r[3], color.White)
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // into memory, of a picture that is not empty
	return b.Bytes()
}

// icons are the pictures of the installed app.
var icons = []struct {
	name     string
	size     int
	maskable bool
}{{"icon-192.png", 192, false}, {"icon-512.png", 512, false}, {"icon-maskable.png", 512, true}}

// Manifest is what a phone needs in order to keep the court as an app.
func Manifest(title func(ctx context.Context) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := title(r.Context())
		pictures := []map[string]string{}
		for _, i := range icons {
			purpose := "any"
			if i.maskable {
				purpose = "maskable"
			}
			pictures = append(pictures, map[string]string{"src": Asset(i.name), "sizes": strconv.Itoa(i.size) + "x" + strconv.Itoa(i.size), "type": "image/png", "purpose": purpose})
		}
		b, err := json.Marshal(map[string]any{
			"name": name, "short_name": "码上", "lang": "zh-CN", "id": "/", "start_url": "/casebook", "scope": "/", "display": "standalone",
			"theme_color": "#a1161d", "background_color": "#ffffff", "icons": pictures,
			"shortcuts": []map[string]string{{"name": "我的案件", "url": "/casebook"}, {"name": "扫码", "url": "/onecode/open"}},
		})
		if err != nil {
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", kinds[".webmanifest"])
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(b)
	})
}

// shell is what an installed app shows without a network.
func shell() (out []string) {
	for _, n := range []string{"app.css", "app.js", "icons.svg", "icon.svg"} {
		out = append(out, Asset(n))
	}
	return append(out, "/offline", "/manifest.webmanifest")
}

// Worker is the script that keeps the shell, and the pages that somebody asked
// to keep. It is asked for anew each time, so that no old one stays.
func Worker() http.Handler {
	list, _ := json.Marshal(shell())
	src := assets[hashed["worker.js"]].body
	body := slices.Concat([]byte("const version = '"+hashed["worker.js"]+"', icon = '"+Asset("icon-192.png")+"', shell = "), list, []byte("\n"), src)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kinds[".js"])
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(body)
	})
}
