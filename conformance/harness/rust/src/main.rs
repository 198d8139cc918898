//! The harness of a codec made by protoc-gen-rs. It obeys, and knows of no case.
mod gen;

use base64::{engine::general_purpose::STANDARD, Engine};
use gen::*;
use protobuf::reflect::MessageDescriptor;
use serde_json::{json, Value};
use std::{collections::HashMap, io};

fn hello() -> Value {
    json!({"hello": {
        "control": "1", "name": "rust-protobuf", "version": "3.7.2", "language": "Rust",
        "roles": ["codec"], "features": ["utf8"],
    }})
}

fn messages() -> HashMap<String, MessageDescriptor> {
    let files = [
        control::file_descriptor(), error::file_descriptor(), frames::file_descriptor(),
        limits::file_descriptor(), memory::file_descriptor(), options::file_descriptor(),
        participant::file_descriptor(), signal::file_descriptor(),
        synapse_service::file_descriptor(), task::file_descriptor(),
    ];
    let all = files.iter().flat_map(|file| file.messages());
    all.map(|one| (one.full_name().to_owned(), one)).collect()
}

fn transcode(known: &HashMap<String, MessageDescriptor>, job: &Value) -> Value {
    let name = job["message"].as_str().unwrap_or_default();
    let bytes = STANDARD.decode(job["bytes"].as_str().unwrap_or_default());
    let (Some(message), Ok(bytes)) = (known.get(name), bytes) else {
        return json!({"harnessError": {"message": format!("no message {name}, or no base64")}});
    };
    match message.parse_from_bytes(&bytes).and_then(|read| read.write_to_bytes_dyn()) {
        Ok(again) => json!({"transcoded": {"bytes": STANDARD.encode(again)}}),
        Err(error) => json!({"refusal": {"code": "MALFORMED", "message": error.to_string()}}),
    }
}

fn main() -> io::Result<()> {
    let known = messages();
    for line in io::stdin().lines() {
        let command: Value = serde_json::from_str(&line?)?;
        let mut reply = match () {
            _ if !command["hello"].is_null() => hello(),
            _ if !command["stop"].is_null() => json!({"done": {}}),
            _ if !command["transcode"].is_null() => transcode(&known, &command["transcode"]),
            _ => json!({"unsupported": {"reason": "this is a codec, and nothing else"}}),
        };
        reply["seq"] = command["seq"].clone();
        println!("{reply}");
        if !command["stop"].is_null() {
            break;
        }
    }
    Ok(())
}
