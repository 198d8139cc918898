/** What a starter of a language is made of. */
export interface Starter {
  /** The folder of its sources, below `conformance/harness`. */
  readonly folder: string;
  /** Those of its sources that are the codec's, where harnesses of other roles stand beside it. Default: all. */
  readonly files?: readonly string[];
  /** Files that are written beside them. */
  readonly written: Readonly<Record<string, string>>;
  /** Commands of a shell that make it ready, once. */
  readonly prepare: readonly string[];
  /** The command of the harness. */
  readonly harness: string;
}

const rustProtobuf = "3.7.2";

function toYaml(plugin: string, managed: string): string {
  return `version: v2\n${managed}plugins:\n  - ${plugin}\n`;
}

const goPrefix = [
  "managed:",
  "  enabled: true",
  "  override:",
  "    - file_option: go_package_prefix",
  "      value: example.com/harness/gen",
  "",
].join("\n");

/** The languages that `init` knows, each with what one has to install anyway to write in it. */
export const starters: Readonly<Record<string, Starter>> = {
  typescript: {
    folder: "protobufjs",
    written: {
      "package.json": `${JSON.stringify({ name: "harness", private: true, type: "module" }, undefined, 2)}\n`,
    },
    prepare: ["npm install protobufjs@8 jiti@2"],
    harness: "npx jiti harness.mts",
  },
  python: {
    folder: "python",
    files: ["harness.py"],
    written: { "requirements.txt": "grpcio-tools==1.76.0\nprotobuf==6.33.6\n" },
    prepare: [
      "python3 -m pip install --quiet --target packages --requirement requirements.txt",
      "PYTHONPATH=packages python3 -m grpc_tools.protoc -Iproto --python_out=packages proto/cosmonapse/v1/*.proto",
    ],
    harness: "env PYTHONPATH=packages python3 harness.py",
  },
  go: {
    folder: "go",
    written: {
      "buf.gen.yaml": toYaml(
        'local: ["go", "run", "google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.10"]\n    out: gen\n    opt: paths=source_relative',
        goPrefix,
      ),
    },
    prepare: ["npx --package @bufbuild/buf buf generate proto", "go build -o harness ."],
    harness: "./harness",
  },
  rust: {
    folder: "rust",
    written: {
      "buf.gen.yaml": toYaml("local: tools/bin/protoc-gen-rs\n    out: src/gen\n    strategy: all", ""),
    },
    prepare: [
      `cargo install --quiet protobuf-codegen --version ${rustProtobuf} --locked --root tools`,
      "npx --package @bufbuild/buf buf generate proto",
      "cargo build --quiet --release --locked",
    ],
    harness: "target/release/harness",
  },
  java: {
    folder: "java",
    written: {},
    prepare: ["mvn --quiet --batch-mode package dependency:copy-dependencies -DoutputDirectory=lib"],
    harness: "java -cp 'target/classes:lib/*' Harness",
  },
};
