package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A checkpoint whose signature by the log was checked, and who has cosigned it.
type checkpoint struct {
	origin    string
	size      int64
	root      tlog.Hash
	cosigners map[string]bool // by the text of the witness's key
}

// trust is what the caller believes: keys of logs, keys of witnesses, and which of these must have cosigned.
type trust struct {
	logs      []note.Verifier
	witnesses map[string]note.Verifier
	quorum    func(cosigned map[string]bool) bool
}

func (t trust) withoutWitnesses() trust {
	return trust{logs: t.logs, witnesses: t.witnesses, quorum: func(map[string]bool) bool { return true }}
}

func trustOf(policyFile string, keys, witnesses texts, quorum int) (trust, error) {
	t := trust{witnesses: map[string]note.Verifier{}}
	t.quorum = func(cosigned map[string]bool) bool { return len(cosigned) >= quorum }
	if policyFile != "" {
		text, err := os.ReadFile(policyFile)
		if err != nil {
			return t, err
		}
		if t, err = parsePolicy(string(text)); err != nil {
			return t, fmt.Errorf("%s: %w", policyFile, err)
		}
	}
	for _, key := range keys {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return t, fmt.Errorf("key %q: %w", key, err)
		}
		t.logs = append(t.logs, verifier)
	}
	for _, key := range witnesses {
		verifier, err := newCosigner(key)
		if err != nil {
			return t, fmt.Errorf("witness %q: %w", key, err)
		}
		t.witnesses[key] = verifier
	}
	if len(t.logs) == 0 {
		return t, errors.New("no key of a log is given")
	}
	return t, nil
}

// openCheckpoint checks the log's signature, that its key bears the origin's name, the one form of size and root, and the quorum.
func openCheckpoint(text []byte, t trust) (checkpoint, error) {
	var head checkpoint
	opened, err := note.Open(text, note.VerifierList(t.logs...))
	if err != nil {
		return head, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		return head, errors.New("fewer than three lines")
	}
	head.origin = lines[0]
	if opened.Sigs[0].Name != head.origin {
		return head, fmt.Errorf("origin %q is not that of the key %q", head.origin, opened.Sigs[0].Name)
	}
	if head.size, err = decimal(lines[1]); err != nil {
		return head, err
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return head, errors.New("the root is no base64 of 32 bytes")
	}
	copy(head.root[:], root)
	for _, line := range lines[3 : len(lines)-1] {
		if line == "" {
			return head, errors.New("an empty extension line")
		}
	}
	head.cosigners = map[string]bool{}
	for key, verifier := range t.witnesses {
		_, err := note.Open(text, note.VerifierList(verifier))
		var unsigned *note.UnverifiedNoteError
		switch {
		case err == nil:
			head.cosigners[key] = true
		case !errors.As(err, &unsigned):
			return head, fmt.Errorf("cosignature of %s: %w", verifier.Name(), err)
		}
	}
	if !t.quorum(head.cosigners) {
		return head, fmt.Errorf("cosigned by %d known witnesses: no quorum", len(head.cosigners))
	}
	return head, nil
}

func decimal(text string) (int64, error) {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value < 0 || strconv.FormatInt(value, 10) != text {
		return 0, fmt.Errorf("%q is no size in its one form", text)
	}
	return value, nil
}

// cosigner verifies timestamped Ed25519 cosignatures (type 4).
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not name+hash+key")
	}
	data, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(data) != 33 || data[0] != 4 {
		return nil, errors.New("not a key of type 4")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), data...))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		return nil, errors.New("the key does not fit its hash")
	}
	return &cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), data[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(signature[:8])
	message := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", at)), text...)
	return at < 1<<63 && ed25519.Verify(c.key, message, signature[8:])
}

// checkProof checks a .tlog-proof file for one entry.
func checkProof(text, entry []byte, t trust) error {
	parts := bytes.SplitN(text, []byte("\n\n"), 2)
	if len(parts) != 2 {
		return errors.New("no empty line before the checkpoint")
	}
	lines := strings.Split(string(parts[0]), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		if _, err := base64.StdEncoding.DecodeString(lines[0][6:]); err != nil {
			return err
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("no index line")
	}
	index, err := decimal(lines[0][6:])
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	head, err := openCheckpoint(parts[1], t)
	if err != nil {
		return err
	}
	if index >= head.size {
		return fmt.Errorf("index %d is outside of a log of %d", index, head.size)
	}
	return tlog.CheckRecord(proof, head.size, head.root, index, tlog.RecordHash(entry))
}
