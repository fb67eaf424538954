package papers

import (
	"sync"

	"mashang/docket"
	"mashang/docket/paper"
	"mashang/platform/pdf"
	"mashang/platform/sign"
)

// sealAt is where in a drawn paper the seal will stand.
func sealAt(a pdf.Areas) (at paper.SealAt) {
	if len(a.Seals) > 0 {
		p := a.Seals[0]
		at.V = [5]float64{float64(p.Page), p.Rect[0], p.Rect[1], p.Rect[2], p.Rect[3]}
	}
	return at
}

// shown puts the picture of the seal that signs a paper into its field, at the
// place that the paper left for it: nobody sees a seal that is not set yet. A
// paper that left none is signed without.
func (s *Service) shown(at paper.SealAt, void string) func(docket.Seal, *sign.Field) error {
	return func(seal docket.Seal, f *sign.Field) (err error) {
		if at.V == [5]float64{} {
			return nil
		}
		f.Page, f.Rect = int(at.V[0]), [4]float64(at.V[1:])
		f.Picture, err = s.pictures.of(s.faces, pdf.Seal{Court: seal.Ring, Lower: seal.Lower}, void)
		return err
	}
}

// pictures are those of seals, each drawn once.
type pictures struct {
	mu   sync.Mutex
	kept map[[3]string]*sign.Picture
}

// mostPictures bounds what is kept: more than a court and those below it use.
const mostPictures = 256

func (p *pictures) of(faces *pdf.Faces, seal pdf.Seal, void string) (*sign.Picture, error) {
	key := [3]string{seal.Court, seal.Lower, void}
	p.mu.Lock()
	defer p.mu.Unlock()
	if kept := p.kept[key]; kept != nil {
		return kept, nil
	}
	ops, err := pdf.SealPicture(faces, seal, void)
	if err != nil {
		return nil, err
	}
	made, err := sign.NewPicture(ops)
	if err != nil {
		return nil, err
	}
	if p.kept == nil || len(p.kept) >= mostPictures {
		p.kept = map[[3]string]*sign.Picture{}
	}
	p.kept[key] = made
	return made, nil
}
