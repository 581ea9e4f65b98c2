//! What `schedule` writes for Kubernetes and GitHub is what they accept, and runs what it should.
//!
//! Needs Python with `PyYAML`, `kubernetes_validate` and `check_jsonschema`: `TESTS_PYTHON`, or `.venv/bin/python`
//! in the checkout.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/python.rs"]
mod python;
#[path = "support/schedules.rs"]
mod schedules;

use std::fs;
use std::path::Path;
use std::process::Command;

use schedules::{IMAGE, judged, stand_in, text, understood};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Runs the script of a step as GitHub does.
fn run_step(step: &Value, folder: &Path, variables: &[(&str, &str)]) -> i32 {
    let at = |name: &str| folder.join(name).display().to_string();
    let ran = Command::new("bash")
        .args(["-e", "-c", step["run"].as_str().unwrap()])
        .env("PATH", format!("{}:{}", at("bin"), std::env::var("PATH").unwrap()))
        .env("GITHUB_OUTPUT", at("output"))
        .env("RUNNER_TEMP", folder)
        .env("GITHUB_WORKSPACE", folder)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    ran.status.code().unwrap()
}

#[test]
fn github_shows_findings_and_then_fails() {
    let text = text(&["github", "--image", IMAGE, "--at", "05:41", "--config", "audits/audit.toml"]);
    let Some(workflow) = judged("workflow.py", "check_jsonschema", &text) else { return };
    let workflow = workflow.unwrap();
    let steps = workflow["jobs"]["audit"]["steps"].as_array().unwrap();
    for (exit, output) in
        [(0, "code=0\ncomplete=yes\n"), (1, "code=1\ncomplete=yes\n"), (3, "code=3\n"), (4, "code=4\n")]
    {
        let folder = TempDir::new().unwrap();
        let called = folder.path().join("called");
        stand_in(&folder.path().join("bin/docker"), &called, &format!("exit {exit}"));
        assert_eq!(run_step(&steps[1], folder.path(), &[("IMAGE", IMAGE)]), 0);
        assert_eq!(fs::read_to_string(folder.path().join("output")).unwrap(), output);
        assert_eq!(
            run_step(&steps[3], folder.path(), &[("CODE", &exit.to_string())]),
            exit,
            "so the job fails"
        );
        let called = fs::read_to_string(called).unwrap();
        let words: Vec<&str> = called.lines().collect();
        let (docker, own) = words.split_at(words.iter().position(|word| *word == IMAGE).unwrap());
        understood(&own[1..]);
        assert_eq!(own[1..4], ["scan", "--output", "/audits"]);
        assert!(docker.contains(&"TWILIO_API_SECRET"), "by its name, so that no list of processes has it");
    }
    assert_eq!(steps[1]["env"]["IMAGE"], IMAGE);
    assert_eq!(
        steps[2]["if"], "steps.audit.outputs.complete == 'yes'",
        "of half a scan nothing may look fixed"
    );
    let job = &workflow["jobs"]["audit"];
    assert_eq!(workflow["on"], json!({"schedule": [{"cron": "41 5 * * *"}], "workflow_dispatch": null}));
    assert_eq!(
        (&workflow["permissions"], &workflow["concurrency"]["cancel-in-progress"]),
        (&json!({}), &json!(false))
    );
    assert_eq!(job["permissions"], json!({"contents": "read", "security-events": "write"}));
    let used: Vec<&str> = steps.iter().filter_map(|step| step["uses"].as_str()).collect();
    let pinned =
        regex::Regex::new("^(actions/checkout|github/codeql-action/upload-sarif)@[0-9a-f]{40}$").unwrap();
    assert!(used.len() == 2 && used.iter().all(|action| pinned.is_match(action)), "{used:?}");
    assert_eq!(steps[3]["env"]["CODE"], "${{ steps.audit.outputs.code }}");
    let spoiled = text.replace("timeout-minutes:", "timeout_minutes:");
    assert!(
        judged("workflow.py", "check_jsonschema", &spoiled).unwrap().unwrap_err().contains("timeout_minutes")
    );
}

#[test]
fn kubernetes_scans_every_night_and_prunes_at_another_time() {
    let options =
        ["kubernetes", "--image", IMAGE, "--at", "20:30", "--time-zone", "UTC", "--name", "nightly"];
    let Some(python) = python::with("kubernetes_validate") else { return };
    for version in ["1.29", "1.37"] {
        let documents = python::run(&python, "kubernetes/judge.py", &[version], &text(&options)).unwrap();
        let [claim, scan, prune]: [Value; 3] = serde_json::from_str(&documents).unwrap();
        assert_eq!(
            (&scan["spec"]["schedule"], &prune["spec"]["schedule"]),
            (&json!("30 20 * * *"), &json!("30 8 * * *"))
        );
        for job in [&scan, &prune] {
            assert_eq!((&job["kind"], &job["spec"]["timeZone"]), (&json!("CronJob"), &json!("UTC")));
            assert_eq!(
                (&job["spec"]["concurrencyPolicy"], &job["spec"]["startingDeadlineSeconds"]),
                (&json!("Forbid"), &json!(21600))
            );
            let spec = &job["spec"]["jobTemplate"]["spec"];
            let pod = &spec["template"]["spec"];
            assert_eq!((&spec["backoffLimit"], &pod["restartPolicy"]), (&json!(0), &json!("Never")));
            assert_eq!(
                (&pod["securityContext"]["runAsNonRoot"], &pod["automountServiceAccountToken"]),
                (&json!(true), &json!(false))
            );
            assert_eq!(
                pod["containers"][0]["securityContext"],
                json!({"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}})
            );
            for bound in ["requests", "limits"] {
                assert!(pod["containers"][0]["resources"][bound]["memory"].is_string());
            }
            let volumes = pod["volumes"].as_array().unwrap();
            let mounts = pod["containers"][0]["volumeMounts"].as_array().unwrap();
            let names =
                |list: &[Value]| -> Vec<Value> { list.iter().map(|one| one["name"].clone()).collect() };
            assert_eq!(names(volumes), names(mounts));
            assert_eq!(volumes[0]["persistentVolumeClaim"]["claimName"], claim["metadata"]["name"]);
            assert_eq!(
                names(volumes).contains(&json!("credentials")),
                job == &scan,
                "what prunes asks Twilio nothing"
            );
            let words = pod["containers"][0]["args"].as_array().unwrap().iter();
            understood(&words.map(|word| word.as_str().unwrap()).collect::<Vec<_>>());
        }
    }
    let documents = python::run(
        &python,
        "kubernetes/judge.py",
        &["1.37"],
        &text(&["kubernetes", "--image", IMAGE, "--claim", "mine"]),
    )
    .unwrap();
    let documents: Vec<Value> = serde_json::from_str(&documents).unwrap();
    assert_eq!((documents.len(), documents[0]["spec"].get("timeZone")), (2, None));
}
