import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const pauseMs = 100;

/**
 * Takes the lock at `path`, a folder with its owner's pid in it, and returns what releases it. Waits while another
 * process that is alive holds it, and says so once; a dead owner's lock is taken over. Not reentrant.
 */
export function lock(path, say) {
  const mine = `${path}.${process.pid}`;
  mkdirSync(mine, { recursive: true });
  writeFileSync(join(mine, "pid"), `${process.pid}`);
  let told = false;
  while (!tryRename(mine, path)) {
    const owner = ownerOf(path);
    if (owner === undefined) continue;
    if (!isAlive(owner)) {
      takeAway(path, owner);
      continue;
    }
    if (!told) say(`waiting for process ${owner}, which is preparing; if it is not, remove ${path}`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
  }
  // Moved away in one step: a folder that is emptied in place could be taken by another before it is gone.
  return () => {
    renameSync(path, mine);
    rmSync(mine, { recursive: true, force: true });
  };
}

/** A folder never takes the place of one that is not empty, so a rename is won by one. */
function tryRename(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST", "EPERM"].includes(error.code)) return false;
    throw error;
  }
}

function ownerOf(path) {
  try {
    return Number(readFileSync(join(path, "pid"), "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Removes the lock of a dead owner. If another took it over in the meantime, it is put back. */
function takeAway(path, deadOwner) {
  const aside = join(dirname(path), `dead.${process.pid}`);
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (ownerOf(aside) === deadOwner) rmSync(aside, { recursive: true, force: true });
  else tryRename(aside, path);
}
