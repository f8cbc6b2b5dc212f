package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

// settingMaster holds the fingerprint of the master key of an installation.
const settingMaster = "master_fingerprint"

// master finds the master key, and makes one where the installation is new. A
// key other than the one that the database was set up with is refused: what is
// stored could not be read with it.
func (a *App) master(ctx context.Context, o Options) (keyring.Master, error) {
	path := masterPath(o)
	known, _, err := a.Store.Setting(ctx, settingMaster)
	if err != nil {
		return keyring.Master{}, err
	}
	key, made, err := findMaster(path, o.MasterKey, known, a.env)
	if err != nil {
		return keyring.Master{}, fmt.Errorf("master key: %w", err)
	}
	winner, err := a.Store.ClaimSetting(ctx, settingMaster, key.Fingerprint())
	if err != nil {
		return keyring.Master{}, err
	}
	switch {
	case winner == key.Fingerprint():
		return key, nil
	case made: // another node set the database up meanwhile; nothing was ever kept under the key made here
		return keyring.Master{}, errors.Join(errNoMaster(winner, path), os.Remove(path))
	default:
		return keyring.Master{}, iam.E(iam.Precondition,
			"this database was set up with the master key %s, and this node has %s", winner, key.Fingerprint())
	}
}

// findMaster answers the master key: the one given, else that of the file,
// which is made when there is none and the database has not known another one.
func findMaster(path, given, known string, env iam.Env) (key keyring.Master, made bool, err error) {
	if given != "" {
		key, err = keyring.ParseMaster(given)
		return key, false, err
	}
	if key, err = keyring.LoadMaster(path); !errors.Is(err, fs.ErrNotExist) {
		return key, false, err
	}
	if known != "" {
		return key, false, errNoMaster(known, path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return key, false, err
	}
	if key, err = keyring.CreateMaster(path, env); iam.Is(err, iam.Exists) {
		key, err = keyring.LoadMaster(path) // another process made it a moment ago
		return key, false, err
	}
	return key, err == nil, err
}

func errNoMaster(fingerprint, path string) error {
	return iam.E(iam.Precondition,
		"this database was set up with the master key %s, which is not in %s: copy the file from the node that has it, or set GATEHOUSE_MASTER_KEY", fingerprint, path)
}

// masterPath is the file of the master key.
func masterPath(o Options) string { return filepath.Join(o.Data, "master.key") }
