package pdf

import (
	"image"
	imgcolor "image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"mashang/platform/pdf/pdftest"
)

// TestPaperCodeReadsFromAPhoto photographs a page the way people do: held at an
// angle, from below, a little out of focus, in uneven light, with a grainy
// sensor.
func TestPaperCodeReadsFromAPhoto(t *testing.T) {
	path, _ := render(t, acceptance())
	page := pdftest.Page(t, path, 1, "-r", "220", "-gray")
	for _, tilt := range []float64{30, -30} {
		file := filepath.Join(t.TempDir(), "photo.png")
		save(t, file, grain(soften(snapshot(page, tilt*math.Pi/180))))
		if got := codesIn(t, file); !slices.Contains(got, sampleURL) {
			t.Errorf("tilted %v°: read %v, want %s", tilt, got, sampleURL)
		}
	}
}

// snapshot turns the page by tilt and tips its top away from the camera, so
// that it appears a fifth smaller than the bottom.
func snapshot(page image.Image, tilt float64) *image.Gray {
	b := page.Bounds()
	w, h := float64(b.Dx()), float64(b.Dy())
	side := int(math.Hypot(w, h))
	out := image.NewGray(image.Rect(0, 0, side, side))
	cos, sin := math.Cos(tilt), math.Sin(tilt)
	for y := range side {
		for x := range side {
			// From the photo back to the paper: perspective first, then rotation.
			u, v := float64(x)-float64(side)/2, float64(y)-float64(side)/2
			depth := 1 - 0.22*v/float64(side)
			u, v = u*depth, v*depth
			px, py := u*cos+v*sin+w/2, -u*sin+v*cos+h/2
			light := 0.95 - 0.25*float64(x)/float64(side) // a window at the left
			out.Pix[y*out.Stride+x] = uint8(light * sample(page, px, py))
		}
	}
	return out
}

// sample interpolates between four pixels; beyond the paper lies a grey table.
func sample(img image.Image, x, y float64) float64 {
	x0, y0 := math.Floor(x), math.Floor(y)
	at := func(x, y float64) float64 {
		p := image.Pt(int(x), int(y))
		if !p.In(img.Bounds()) {
			return 110
		}
		return float64(imgcolor.GrayModel.Convert(img.At(p.X, p.Y)).(imgcolor.Gray).Y)
	}
	fx, fy := x-x0, y-y0
	return (at(x0, y0)*(1-fx)+at(x0+1, y0)*fx)*(1-fy) + (at(x0, y0+1)*(1-fx)+at(x0+1, y0+1)*fx)*fy
}

// soften blurs with a kernel of 3 × 3 pixels.
func soften(in *image.Gray) *image.Gray {
	out := image.NewGray(in.Bounds())
	for y := 1; y < in.Rect.Dy()-1; y++ {
		for x := 1; x < in.Rect.Dx()-1; x++ {
			sum := 0
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					sum += int(in.Pix[(y+dy)*in.Stride+x+dx]) * (2 - dx*dx) * (2 - dy*dy)
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / 16)
		}
	}
	return out
}

// grain adds noise of a fixed seed, so that a failure can be repeated.
func grain(in *image.Gray) *image.Gray {
	r := rand.New(rand.NewPCG(1, 2))
	for i, v := range in.Pix {
		in.Pix[i] = uint8(min(max(float64(v)+r.NormFloat64()*12, 0), 255))
	}
	return in
}

func save(t *testing.T, file string, img image.Image) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
