package app

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// Backup writes everything, with the master key, as it is at one moment.
func (a *App) Backup(ctx context.Context, w io.Writer) error {
	return storage.Backup(ctx, a.Engine, w, storage.Header{
		Product: "gatehouse " + a.version, Created: a.env.Time(), MasterKey: a.Master.Reveal()})
}

// Restore fills an empty database from a backup, and puts the backup's master
// key into the data folder, unless the options bring it. Invalid: the backup is
// damaged; Precondition: the database is not empty, or there is another master
// key. What fails leaves nothing behind.
func Restore(ctx context.Context, o Options, backup io.ReadSeeker) (err error) {
	header, err := storage.ReadHeader(backup)
	if err != nil {
		return err
	}
	key, err := keyring.ParseMaster(header.MasterKey)
	if err != nil {
		return err
	}
	if _, err := backup.Seek(0, io.SeekStart); err != nil {
		return err
	}
	engine, err := openEngine(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	if err := engine.Migrate(ctx); err != nil {
		return err
	}
	made, err := placeMaster(o, key)
	if err != nil {
		return err
	}
	if _, err := storage.Restore(ctx, engine, backup); err != nil {
		if made != "" {
			err = errors.Join(err, os.Remove(made))
		}
		return err
	}
	return nil
}

// placeMaster sees to it that the program will find the key. made is the file
// that it had to make for that.
func placeMaster(o Options, key keyring.Master) (made string, err error) {
	path := masterPath(o)
	var there keyring.Master
	if o.MasterKey != "" {
		there, err = keyring.ParseMaster(o.MasterKey)
	} else {
		there, err = keyring.LoadMaster(path)
	}
	switch {
	case iam.Is(err, iam.NotFound):
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", err
		}
		return path, keyring.SaveMaster(path, key)
	case err != nil:
		return "", err
	case there.Fingerprint() != key.Fingerprint():
		return "", iam.E(iam.Precondition, "the backup has the master key %s, and this node has %s", key.Fingerprint(), there.Fingerprint())
	default:
		return "", nil
	}
}
