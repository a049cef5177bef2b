package main

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	height = 8
	width  = 1 << height
)

var errMissing = errors.New("is missing")

// source reads the published files of a log.
type source struct{ where string }

func open(where string) source { return source{strings.TrimRight(where, "/")} }

func (s source) read(path string) ([]byte, error) {
	if !strings.HasPrefix(s.where, "http://") && !strings.HasPrefix(s.where, "https://") {
		data, err := os.ReadFile(filepath.Join(s.where, filepath.FromSlash(path)))
		if os.IsNotExist(err) {
			return nil, fmt.Errorf("%s %w", path, errMissing)
		}
		if err != nil {
			return nil, unavailable{err}
		}
		return data, nil
	}
	client := http.Client{Timeout: 30 * time.Second}
	response, err := client.Get(s.where + "/" + path)
	if err != nil {
		return nil, unavailable{err}
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, unavailable{err}
	}
	if response.StatusCode == http.StatusNotFound {
		return nil, fmt.Errorf("%s %w", path, errMissing)
	}
	if response.StatusCode != http.StatusOK {
		return nil, unavailable{fmt.Errorf("%s: %s", path, response.Status)}
	}
	wanted := "application/octet-stream"
	if path == "checkpoint" {
		wanted = "text/plain; charset=utf-8"
	}
	if got := response.Header.Get("Content-Type"); got != wanted {
		return nil, fmt.Errorf("%s has the content type %q, expected %q", path, got, wanted)
	}
	return data, nil
}

// place writes an index as x001/x234/067, and the width of a partial tile after it.
func place(n int64, w int) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if w < width {
		path += fmt.Sprintf(".p/%d", w)
	}
	return path
}

// sized reads a file of w items at a place; where the partial one is gone, the full one, cut.
func (s source) sized(kind string, n int64, w int, cut func([]byte) ([]byte, error)) ([]byte, error) {
	data, err := s.read(fmt.Sprintf("tile/%s/%s", kind, place(n, w)))
	if errors.Is(err, errMissing) && w < width {
		whole, err2 := s.read(fmt.Sprintf("tile/%s/%s", kind, place(n, width)))
		if err2 != nil {
			return nil, err
		}
		return cut(whole)
	}
	return data, err
}

func (s source) tile(level int, n int64, w int) ([]byte, error) {
	data, err := s.sized(fmt.Sprint(level), n, w, func(whole []byte) ([]byte, error) { return whole[:min(len(whole), w*tlog.HashSize)], nil })
	if err != nil {
		return nil, err
	}
	if len(data) != w*tlog.HashSize {
		return nil, fmt.Errorf("tile/%d/%s has %d bytes, expected %d", level, place(n, w), len(data), w*tlog.HashSize)
	}
	return data, nil
}

func (s source) entries(n int64, w int) ([][]byte, error) {
	data, err := s.sized("entries", n, w, func(whole []byte) ([]byte, error) { return whole, nil })
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("tile/entries/%s is cut short", place(n, w))
		}
		length := int(binary.BigEndian.Uint16(data))
		found = append(found, data[2:2+length])
		data = data[2+length:]
	}
	if len(found) < w {
		return nil, fmt.Errorf("tile/entries/%s holds %d entries, expected %d", place(n, w), len(found), w)
	}
	return found[:w], nil
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func widthAt(size int64, level int, n int64) int {
	hashes := size>>(uint(height)*uint(level)) - n*width
	if hashes > width {
		return width
	}
	return int(hashes)
}

// reader is a tree of hashes that golang.org/x/mod/sumdb/tlog can ask.
type reader = tlog.HashReader

// fullReader holds every hash of the tree, derived from the tiles of level 0.
type fullReader struct {
	log    source
	hashes []tlog.Hash
}

func (f *fullReader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if at >= int64(len(f.hashes)) {
			return nil, fmt.Errorf("hash %d is not in the tree", at)
		}
		out[i] = f.hashes[at]
	}
	return out, nil
}

// derive reads every tile and every entry, and holds them against each other and against the signed root.
func (f *fullReader) derive(head checkpoint, result *answer) error {
	for first := int64(0); first < head.size; first += width {
		n := first / width
		w := widthAt(head.size, 0, n)
		tile, err := f.log.tile(0, n, w)
		if err != nil {
			return err
		}
		entries, err := f.log.entries(n, w)
		if err != nil {
			return err
		}
		for i := 0; i < w; i++ {
			var leaf tlog.Hash
			copy(leaf[:], tile[i*tlog.HashSize:])
			if tlog.RecordHash(entries[i]) != leaf {
				return fmt.Errorf("entry %d does not hash to its leaf", first+int64(i))
			}
			more, err := tlog.StoredHashesForRecordHash(first+int64(i), leaf, f)
			if err != nil {
				return err
			}
			f.hashes = append(f.hashes, more...)
			result.Entries++
		}
		result.Tiles++
	}
	root, err := rootOf(f, head.size)
	if err != nil {
		return err
	}
	if root != head.root {
		return fmt.Errorf("the leaves give the root %s, signed is %s", root, head.root)
	}
	for level := 1; head.size>>(uint(height)*uint(level)) > 0; level++ {
		for n := int64(0); widthAt(head.size, level, n) > 0; n++ {
			w := widthAt(head.size, level, n)
			stored, err := f.log.tile(level, n, w)
			if err != nil {
				return err
			}
			derived, err := tlog.ReadTileData(tlog.Tile{H: height, L: level, N: n, W: w}, f)
			if err != nil {
				return err
			}
			if string(stored) != string(derived) {
				return fmt.Errorf("tile/%d/%s is not what the tiles below give", level, place(n, w))
			}
			result.Tiles++
		}
	}
	return nil
}

func rootOf(r reader, size int64) (tlog.Hash, error) {
	if size == 0 {
		return tlog.Hash(sha256.Sum256(nil)), nil
	}
	return tlog.TreeHash(size, r)
}

// lightReader authenticates what it reads by the tiles above, as golang.org/x/mod/sumdb's own client does.
func lightReader(log source, head checkpoint) reader {
	return tlog.TileHashReader(tlog.Tree{N: head.size, Hash: head.root}, &lightTiles{log})
}

type lightTiles struct{ log source }

func (l *lightTiles) Height() int                     { return height }
func (l *lightTiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (l *lightTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range tiles {
		data, err := l.log.tile(tile.L, tile.N, tile.W)
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

// checkOlder holds an older checkpoint by re-derivation and by a consistency proof.
func checkOlder(r reader, head, old checkpoint) error {
	if old.origin != head.origin {
		return fmt.Errorf("it is of the log %q", old.origin)
	}
	if old.size > head.size {
		return fmt.Errorf("the log has only %d leaves now", head.size)
	}
	root, err := rootOf(r, old.size)
	if err != nil {
		return err
	}
	if root != old.root {
		return errors.New("the log no longer holds what it signed")
	}
	if old.size == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(head.size, old.size, r)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, head.size, head.root, old.size, old.root)
}

// checkEntry proves that an entry stands at an index.
func checkEntry(r reader, head checkpoint, index int64, entry []byte) error {
	if index < 0 || index >= head.size {
		return fmt.Errorf("the log has %d entries", head.size)
	}
	proof, err := tlog.ProveRecord(head.size, index, r)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, head.size, head.root, index, tlog.RecordHash(entry))
}
