// Verifier checks a Xiezhi log with none of Xiezhi's code: only the Go standard library and golang.org/x/mod/sumdb.
//
//	verifier -log DIR|URL -key VKEY [-key VKEY] [-policy FILE] [-old FILE] [-entry INDEX=HEX] [-proof FILE=HEX] [-fast] [-quorum N -witness VKEY]
//
// It checks the signature, the origin and the size of the checkpoint; re-derives the root from every tile of level 0 and each upper tile from
// the ones below; holds every entry bundle against its tile; holds older checkpoints by re-derivation and by a consistency proof; proves entries;
// checks .tlog-proof files; and counts the witnesses' cosignatures. The answer is one JSON object.
//
// Exit status: 0 all holds, 1 something does not (the answer says what), 2 it could not be checked.
//
// Formats: C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-cosignature, tlog-proof, tlog-policy; RFC 6962. Licence: Mulan PSL v2.
package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// texts is a flag that may be given many times.
type texts []string

func (t *texts) String() string     { return strings.Join(*t, " ") }
func (t *texts) Set(v string) error { *t = append(*t, v); return nil }

// unavailable says that something could not be fetched or read, so that nothing is known.
type unavailable struct{ error }

type answer struct {
	OK      bool     `json:"ok"`
	Origin  string   `json:"origin,omitempty"`
	Size    int64    `json:"size"`
	Root    string   `json:"root,omitempty"`
	Tiles   int      `json:"tiles"`
	Entries int64    `json:"entries"`
	Held    []string `json:"held"`
	Error   string   `json:"error,omitempty"`
}

func main() {
	var keys, witnesses, olds, entries, proofs texts
	where := flag.String("log", "", "a folder or an http address")
	policyFile := flag.String("policy", "", "a tlog-policy file: log keys, witnesses and quorum")
	quorum := flag.Int("quorum", 0, "how many of the -witness keys must have cosigned")
	fast := flag.Bool("fast", false, "authenticate only the tiles that are needed, as a light client does")
	flag.Var(&keys, "key", "a verifier key of the log")
	flag.Var(&witnesses, "witness", "a verifier key of a witness (type 4)")
	flag.Var(&olds, "old", "a file with a checkpoint kept from earlier")
	flag.Var(&entries, "entry", "INDEX=HEX: this entry must stand there")
	flag.Var(&proofs, "proof", "FILE=HEX: a .tlog-proof file of this entry")
	flag.Parse()

	result := answer{Held: []string{}}
	err := run(&result, *where, *policyFile, *quorum, *fast, keys, witnesses, olds, entries, proofs)
	result.OK = err == nil
	if err != nil {
		result.Error = err.Error()
	}
	out, _ := json.Marshal(result)
	fmt.Println(string(out))
	var away unavailable
	switch {
	case err == nil:
		os.Exit(0)
	case errors.As(err, &away):
		os.Exit(2)
	default:
		os.Exit(1)
	}
}

func run(result *answer, where, policyFile string, quorum int, fast bool, keys, witnesses, olds, entries, proofs texts) error {
	trust, err := trustOf(policyFile, keys, witnesses, quorum)
	if err != nil {
		return unavailable{err}
	}
	hold := func(what string, arguments ...interface{}) {
		result.Held = append(result.Held, fmt.Sprintf(what, arguments...))
	}

	for _, given := range proofs {
		file, entry, err := pair(given)
		if err != nil {
			return unavailable{err}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return unavailable{err}
		}
		if err := checkProof(text, entry, trust); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		hold("proof %s", file)
	}
	if where == "" {
		if len(proofs) == 0 {
			return unavailable{errors.New("neither -log nor -proof is given")}
		}
		return nil
	}

	log := open(where)
	note, err := log.read("checkpoint")
	if err != nil {
		return err
	}
	head, err := openCheckpoint(note, trust)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	result.Origin, result.Size, result.Root = head.origin, head.size, head.root.String()
	hold("checkpoint of %d, %d cosignatures", head.size, len(head.cosigners))

	var tree reader
	if fast {
		tree = lightReader(log, head)
	} else {
		full := &fullReader{log: log}
		if err := full.derive(head, result); err != nil {
			return err
		}
		hold("all %d tiles and %d entries", result.Tiles, result.Entries)
		tree = full
	}
	for _, file := range olds {
		text, err := os.ReadFile(file)
		if err != nil {
			return unavailable{err}
		}
		old, err := openCheckpoint(text, trust.withoutWitnesses())
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := checkOlder(tree, head, old); err != nil {
			return fmt.Errorf("older checkpoint of %d: %w", old.size, err)
		}
		hold("older checkpoint of %d", old.size)
	}
	for _, given := range entries {
		place, entry, err := pair(given)
		if err != nil {
			return unavailable{err}
		}
		index, err := strconv.ParseInt(place, 10, 64)
		if err != nil {
			return unavailable{err}
		}
		if err := checkEntry(tree, head, index, entry); err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
		hold("entry %d", index)
	}
	return nil
}

func pair(given string) (string, []byte, error) {
	at := strings.LastIndex(given, "=")
	if at < 0 {
		return "", nil, fmt.Errorf("%q: expected NAME=HEX", given)
	}
	data, err := hex.DecodeString(given[at+1:])
	return given[:at], data, err
}
