package ledger

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"mashang/platform/db"
)

// tileHeight is that of C2SP tlog-tiles: a full tile holds 256 hashes.
const tileHeight = 8

// Tile returns the hashes of one tile of the tree (C2SP tlog-tiles), so that a
// stranger's own program can follow the ledger from checkpoint to checkpoint.
// The path is tile/L/N or tile/L/N.p/W, as it stands there. Hashes of leaves
// tell nothing: a leaf holds salted digests only. It is false when the path is
// wrong or the tree does not reach so far; entries themselves are not given out.
func Tile(tx *db.Tx, path string) ([]byte, bool, error) {
	rest, ok := strings.CutPrefix(path, "tile/")
	if !ok {
		return nil, false, nil
	}
	// sumdb names the height, which C2SP fixes.
	t, err := tlog.ParseTilePath(fmt.Sprintf("tile/%d/%s", tileHeight, rest))
	if err != nil || t.L < 0 || t.L > 5 {
		return nil, false, nil
	}
	size, err := Size(tx)
	if err != nil || size>>(tileHeight*t.L) < t.N<<tileHeight+int64(t.W) {
		return nil, false, err
	}
	b, err := tlog.ReadTileData(t, newHashes(tx))
	return b, err == nil, err
}
