import { CosmoError, toCosmoError } from "../../errors/index.js";
import { CliError } from "../core/cli-error.js";

/** What went wrong with a file of SQLite; a driver that is missing is named with the two ways out. */
export function explainSqlite(thrown: unknown): CosmoError {
  const error = toCosmoError(thrown, "ENGRAM_FAILED");
  return isDriverMissing(error, "better-sqlite3") ? missingDriver("better-sqlite3", error) : error;
}

/** Makes what says what went wrong with a database: never the password of its DSN. */
export function createPostgresExplainer(dsn: string): (thrown: unknown) => CosmoError {
  return (thrown) => {
    const error = toCosmoError(thrown, "ENGRAM_FAILED");
    if (isDriverMissing(error, "pg")) return missingDriver("pg", error);
    const message = hideSecrets(error.detail.message, dsn);
    return message === error.detail.message ? error : new CosmoError({ ...error.detail, message });
  };
}

/** The DSN that was given. Throws INVALID_ARGUMENT if there is none, or it is none; its text is never shown. */
export function readDsn(dsn: string | undefined): string {
  if (dsn === undefined || dsn === "") throw misuse("--dsn: there is none");
  if (!/^postgres(?:ql)?:\/\//.test(dsn) || !URL.canParse(dsn)) {
    throw misuse("--dsn: it is no URL of the form postgresql://user:password@host:5432/name");
  }
  return dsn;
}

/** A DSN for people: without the password and without parameters. */
export function showDsn(dsn: string): string {
  const { protocol, username, host, pathname } = new URL(dsn);
  return `${protocol}//${username === "" ? "" : `${username}@`}${host}${pathname}`;
}

function hideSecrets(text: string, dsn: string): string {
  const { password, searchParams } = new URL(dsn);
  const secrets = [dsn, password, decode(password), ...searchParams.getAll("password")];
  return secrets.reduce((shown, secret) => (secret === "" ? shown : shown.replaceAll(secret, "***")), text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isDriverMissing({ code, detail }: CosmoError, name: string): boolean {
  return code === "INVALID_ARGUMENT" && detail.message.includes(`needs the package ${name}`);
}

function missingDriver(name: string, cause: CosmoError): CliError {
  return new CliError("UNIMPLEMENTED", `the package ${name} is not installed here, or not compiled for this Node`, {
    exit: 1,
    hint: `Install it with \`npm install ${name}\`, or host without it: \`cosmo engram serve memory\`.`,
    cause,
  });
}

function misuse(message: string): CliError {
  return new CliError("INVALID_ARGUMENT", message, {
    field: "dsn",
    hint: "Set COSMO_DSN=postgresql://user:password@host:5432/name, or give --dsn.",
  });
}
