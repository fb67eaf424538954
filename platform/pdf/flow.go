package pdf

// box is a horizontal slice of a page: a line of text, a row of a table, a
// panel. Blocks become boxes, boxes are cut into pages, pages are drawn. Only
// then is the number of pages known, which every page states.
type box struct {
	height float64
	shrink float64    // how much of height may go before the page must be broken
	blank  bool       // white that vanishes at the head and foot of a page
	keep   bool       // no page may end after this box
	force  bool       // the page ends after this box
	repeat *box       // drawn above this box if it is the first of a page (table heads)
	sign   [2]float64 // from where to where a signature is put into it later
	seal   *sealSpot  // where the court's seal stands
	draw   func(c *canvas, y float64, at edges)
}

// edges says where a box stands on its page; tables close their frame there.
type edges struct {
	first, last bool
}

// spot is a box with its place, y from the top of the page in points.
type spot struct {
	box *box
	y   float64
	at  edges
}

// layout collects the boxes of one document.
type layout struct {
	doc    *Doc
	shaper *shaper
	boxes  []box
	form   bool // the head is that of a form: no empty lines in it
}

func (l *layout) add(b box) { l.boxes = append(l.boxes, b) }

// gap adds white of n lines, of which shrink lines may be given up.
func (l *layout) gap(n, shrink float64) {
	if n > 0 {
		l.add(box{height: n * lead, shrink: shrink * lead, blank: true})
	}
}

// tieBack forbids a page break between the last visible box and what comes next.
func (l *layout) tieBack() {
	for i := len(l.boxes) - 1; i >= 0; i-- {
		l.boxes[i].keep = true
		if !l.boxes[i].blank {
			return
		}
	}
}

// paginate cuts the boxes into pages.
func (l *layout) paginate() [][]spot {
	var pages [][]spot
	for i := 0; i < len(l.boxes); {
		for i < len(l.boxes) && l.boxes[i].blank && len(pages) > 0 {
			i++
		}
		if i == len(l.boxes) {
			break
		}
		end := l.pageEnd(i)
		pages = append(pages, l.setPage(i, end))
		i = end
	}
	if len(pages) == 0 {
		pages = append(pages, nil)
	}
	return pages
}

// pageEnd finds the last permitted break that fits the page which starts at
// box i. White counts only once something stands below it.
func (l *layout) pageEnd(i int) int {
	used, give, white, whiteGive := 0.0, 0.0, 0.0, 0.0
	if r := l.boxes[i].repeat; r != nil {
		used = r.height
	}
	end := i
	for j := i; j < len(l.boxes); j++ {
		b := &l.boxes[j]
		if b.blank {
			white, whiteGive = white+b.height, whiteGive+b.shrink
		} else {
			used, give = used+white+b.height, give+whiteGive+b.shrink
			white, whiteGive = 0, 0
		}
		if used-give > blockHeight+slack {
			if end == i { // nothing may be parted, yet it does not fit: part it here
				return max(j, i+1)
			}
			return end
		}
		if b.force {
			return j + 1
		}
		if !b.keep {
			end = j + 1
		}
	}
	return len(l.boxes)
}

// setPage gives boxes i to end their places, taking the shrink of white in
// equal parts if the page is too full.
func (l *layout) setPage(i, end int) []spot {
	for end > i+1 && l.boxes[end-1].blank {
		end--
	}
	var list []*box
	if r := l.boxes[i].repeat; r != nil {
		list = append(list, r)
	}
	height, give := 0.0, 0.0
	for j := i; j < end; j++ {
		list = append(list, &l.boxes[j])
	}
	for _, b := range list {
		height, give = height+b.height, give+b.shrink
	}
	part := 0.0
	if over := height - blockHeight; over > 0 && give > 0 {
		part = min(over/give, 1)
	}
	out := make([]spot, len(list))
	y := blockTop
	for k, b := range list {
		out[k] = spot{box: b, y: y, at: edges{first: k == 0, last: k == len(list)-1}}
		y += b.height - part*b.shrink
	}
	return out
}
