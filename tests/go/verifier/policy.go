package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// parsePolicy reads a C2SP tlog-policy.
func parsePolicy(text string) (trust, error) {
	t := trust{witnesses: map[string]note.Verifier{}}
	named := map[string]func(map[string]bool) bool{}
	used := map[string]bool{}
	for at := 0; at < len(text); at++ {
		if c := text[at]; c != '\t' && c != '\n' && (c < 0x20 || c == 0x7f) {
			return t, fmt.Errorf("control character 0x%02x", c)
		}
	}
	for number, line := range strings.Split(text, "\n") {
		words := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if err := t.read(words, named, used); err != nil {
			return t, fmt.Errorf("line %d: %w", number+1, err)
		}
	}
	if t.quorum == nil {
		return t, errors.New("no quorum line")
	}
	return t, nil
}

func (t *trust) read(words []string, named map[string]func(map[string]bool) bool, used map[string]bool) error {
	switch kind := words[0]; {
	case kind == "log" && (len(words) == 2 || len(words) == 3):
		verifier, err := note.NewVerifier(words[1])
		if err != nil {
			return err
		}
		if err := once(words[1], used); err != nil {
			return err
		}
		t.logs = append(t.logs, verifier)
	case kind == "witness" && (len(words) == 3 || len(words) == 4):
		verifier, err := newCosigner(words[2])
		if err != nil {
			return err
		}
		key := words[2]
		if err := once(key, used); err != nil {
			return err
		}
		if named[words[1]] != nil || words[1] == "none" || t.witnesses[key] != nil {
			return fmt.Errorf("%s is named twice", words[1])
		}
		t.witnesses[key] = verifier
		named[words[1]] = func(cosigned map[string]bool) bool { return cosigned[key] }
	case kind == "group" && len(words) >= 4:
		members := words[3:]
		least, err := threshold(words[2], len(members))
		if err != nil {
			return err
		}
		if named[words[1]] != nil || words[1] == "none" {
			return fmt.Errorf("%s is named twice", words[1])
		}
		var rules []func(map[string]bool) bool
		for _, member := range members {
			if named[member] == nil || used[member] {
				return fmt.Errorf("%s is unknown or a member already", member)
			}
			used[member] = true
			rules = append(rules, named[member])
		}
		named[words[1]] = func(cosigned map[string]bool) bool {
			count := 0
			for _, rule := range rules {
				if rule(cosigned) {
					count++
				}
			}
			return count >= least
		}
	case kind == "quorum" && len(words) == 2 && t.quorum == nil:
		if words[1] == "none" {
			t.quorum = func(map[string]bool) bool { return true }
			return nil
		}
		if named[words[1]] == nil {
			return fmt.Errorf("%s is unknown", words[1])
		}
		t.quorum = named[words[1]]
	default:
		return fmt.Errorf("%q is not understood", strings.Join(words, " "))
	}
	return nil
}

func threshold(word string, members int) (int, error) {
	switch word {
	case "any":
		return 1, nil
	case "all":
		return members, nil
	}
	least, err := strconv.Atoi(word)
	if err != nil || least < 1 || least > members {
		return 0, fmt.Errorf("%q of %d members", word, members)
	}
	return least, nil
}

// once refuses the same public key twice, whatever its name.
func once(vkey string, used map[string]bool) error {
	parts := strings.SplitN(vkey, "+", 3)
	key := parts[2]
	if data, err := base64.StdEncoding.DecodeString(key); err == nil && len(data) > 1 {
		key = string(data[1:])
	}
	if used["key "+key] {
		return errors.New("the same public key twice")
	}
	used["key "+key] = true
	return nil
}
