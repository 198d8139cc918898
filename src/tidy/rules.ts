import { Visitor } from "rolldown/utils";
import { lineOf, type Source } from "./source.js";

/** A rule that the linter does not have: what a file does against it, as `file:line: what`. */
export type Rule = (source: Source) => readonly string[];

type Report = (offset: number, what: string) => void;

function rule(check: (source: Source, report: Report) => void): Rule {
  return (source) => {
    const findings: string[] = [];
    check(source, (offset, what) => findings.push(`${source.path}:${lineOf(source, offset)}: ${what}`));
    return findings;
  };
}

function isTest({ path }: Source): boolean {
  return path.endsWith(".test.ts");
}

/** The comment that ends right before an offset, if there is one. */
function commentBefore({ comments, text }: Source, offset: number): Source["comments"][number] | undefined {
  return comments.findLast(({ end }) => end <= offset && text.slice(end, offset).trim() === "");
}

/** Constants are `as const` objects, so that what travels and what is typed is one thing. */
export const noHandWrittenEnum = rule(({ program }, report) => {
  new Visitor({ TSEnumDeclaration: ({ start }) => report(start, "an enum by hand") }).visit(program);
});

/** A door names what goes through it. */
export const noExportAll = rule(({ program }, report) => {
  new Visitor({ ExportAllDeclaration: ({ start }) => report(start, "export *") }).visit(program);
});

/**
 * What may be thrown: the one error, that of commands, which is one, and in `cli` what its parser asks of readers. The
 * suite shares no code with the SDK and has errors of its own.
 */
const typedErrors: Readonly<Record<string, RegExp>> = {
  CosmoError: /./,
  CliError: /^src\/cli\//,
  InvalidArgumentError: /^(?:src\/cli|conformance)\//,
  Finding: /^conformance\//,
  HarnessFailure: /^conformance\//,
  LineError: /^conformance\//,
  SuiteError: /^conformance\//,
  WireError: /^conformance\//,
  Refused: /^conformance\/reference\//,
};

/** Only typed errors are thrown, and what was caught. What a test or a tool throws, no user sees. */
export const onlyCosmoErrors = rule((source, report) => {
  if (isTest(source) || /^src\/(?:tidy|bench|examples|testing)\//.test(source.path)) return;
  new Visitor({
    ThrowStatement: ({ argument, start }) => {
      if (argument.type !== "NewExpression" || argument.callee.type !== "Identifier") return;
      const { name } = argument.callee;
      if (typedErrors[name]?.test(source.path) !== true) report(start, `throws ${name}`);
    },
  }).visit(source.program);
});

/** `as` says why it is right, in a comment on its line or the one before. `as const` claims nothing. */
export const assertionsHaveReasons = rule((source, report) => {
  for (const start of assertionsOf(source)) {
    const line = lineOf(source, start);
    const isExplained = source.comments.some(
      (comment) => lineOf(source, comment.start) === line || lineOf(source, comment.end) === line - 1,
    );
    if (!isTest(source) && !isExplained) report(start, "`as` without a reason");
  }
});

/** Where a file asserts a type with `as` or `<>`, `as const` aside. */
export function assertionsOf({ program, text }: Source): readonly number[] {
  const found: number[] = [];
  new Visitor({
    TSAsExpression: ({ typeAnnotation }) => {
      const { start, end } = typeAnnotation;
      if (text.slice(start, end) !== "const") found.push(start);
    },
    TSTypeAssertion: ({ start }) => {
      found.push(start);
    },
  }).visit(program);
  return found;
}

const emptyWords = new Set(["manager", "helper", "helpers", "util", "utils", "common", "impl", "base"]);

function hasEmptyWord(name: string): boolean {
  return name.split(/[-_.]|(?<=[a-z0-9])(?=[A-Z])/).some((word) => emptyWords.has(word.toLowerCase()));
}

/** No file, class, function or type has a name that says nothing. */
export const namesSaySomething = rule(({ path, program }, report) => {
  if (path.split("/").some(hasEmptyWord)) report(0, "the path has a name that says nothing");
  const check = (id: { readonly name: string; readonly start: number } | null): void => {
    if (id !== null && hasEmptyWord(id.name)) report(id.start, `${id.name} says nothing`);
  };
  new Visitor({
    ClassDeclaration: ({ id }) => check(id),
    FunctionDeclaration: ({ id }) => check(id),
    TSInterfaceDeclaration: ({ id }) => check(id),
    TSTypeAliasDeclaration: ({ id }) => check(id),
  }).visit(program);
});

/** Tests wait for what happens, never for time to pass. */
export const noSleeps = rule((source, report) => {
  if (!isTest(source)) return;
  for (const specifier of source.imports) {
    if (specifier.startsWith("node:timers")) report(0, `imports ${specifier}`);
  }
  new Visitor({
    Identifier: ({ name, start }) => {
      if (["setTimeout", "setInterval", "sleep"].includes(name)) report(start, name);
    },
  }).visit(source.program);
});

/** Whatever is exported says what it guarantees; so does each method of a class. */
export const exportsAreDocumented = rule((source, report) => {
  if (isTest(source)) return;
  const check = (start: number, what: string): void => {
    const comment = commentBefore(source, start);
    if (comment?.type !== "Block" || !comment.value.startsWith("*")) report(start, `${what} has no doc comment`);
  };
  for (const node of source.program.body) {
    if (node.type !== "ExportNamedDeclaration" || node.declaration === null) continue;
    const { declaration } = node;
    const [name] = /(?<=\b(?:class|function|interface|type|const)\s)\w+/.exec(source.text.slice(node.start)) ?? ["it"];
    check(node.start, name);
    // What a class implements, its contract has documented.
    if (declaration.type !== "ClassDeclaration" || (declaration.implements ?? []).length > 0) continue;
    for (const member of declaration.body.body) {
      if (member.type !== "MethodDefinition" || member.kind === "constructor" || member.accessibility === "private")
        continue;
      if (member.key.type === "PrivateIdentifier" || member.computed) continue;
      check(member.start, `a method of ${name}`);
    }
  }
});

/** Every rule, by name. */
export const rules: Readonly<Record<string, Rule>> = {
  noHandWrittenEnum,
  noExportAll,
  onlyCosmoErrors,
  assertionsHaveReasons,
  namesSaySomething,
  noSleeps,
  exportsAreDocumented,
};
