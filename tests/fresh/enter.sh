#!/bin/sh
# Run a command inside a bare Debian tree, in mount and process namespaces of its own.
# usage: enter.sh TREE COMMAND [ARGUMENT...]   (as root; everything it mounts and starts ends with it)
set -eu
tree=$1
shift
exec unshare --mount --pid --fork --kill-child --propagation private sh -euc '
  tree=$1
  shift
  # a mount point of its own, as the root of a real system is: programs inside make namespaces of theirs
  mount --bind "$tree" "$tree"
  mount -t proc proc "$tree/proc"
  mount -t sysfs -o ro sysfs "$tree/sys"
  mount -t tmpfs -o mode=755 tmpfs "$tree/dev"
  mkdir "$tree/dev/pts" "$tree/dev/shm"
  for node in null zero full random urandom tty; do
    : > "$tree/dev/$node"
    mount --bind "/dev/$node" "$tree/dev/$node"
  done
  ln -s /proc/self/fd "$tree/dev/fd"
  ln -s pts/ptmx "$tree/dev/ptmx"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$tree/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$tree/dev/shm"
  mount -t tmpfs -o mode=755 tmpfs "$tree/run"
  mount -t tmpfs -o mode=1777 tmpfs "$tree/tmp"
  # a real change of root, not chroot: inside a chroot nobody may make user namespaces (user_namespaces(7))
  cd "$tree"
  pivot_root . .
  exec python3 -c "
import ctypes, os, sys
ctypes.CDLL(None).umount2(b\".\", 2)  # MNT_DETACH: the host is out of sight
os.chdir(\"/\")
os.execvp(sys.argv[1], sys.argv[1:])
" "$@"
' enter "$tree" "$@"
