//! What is written for a scan in shards on Kubernetes is what Kubernetes accepts, confines its Pods, and holds no secret.
//!
//! Needs Python with the package `kubernetes_validate`: `TESTS_PYTHON`, or `.venv/bin/python` in the checkout.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/python.rs"]
mod python;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use audit::{Audit, Ended, all_credentials, entry, simulator};
use serde_json::{Value, json};

/// The oldest version that has everything, and the newest one that the judge knows.
const VERSIONS: [&str; 2] = ["1.29", "1.37"];

fn schedule(options: &[&str]) -> Ended {
    Audit::new(&["schedule", "kubernetes"]).args(options).run()
}

/// The YAML for three shards, with more options.
fn yaml(options: &[&str]) -> String {
    let ended =
        schedule(&[&["--shards", "3", "--image", "registry.example/twilio-audit:0.1.0"], options].concat());
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    ended.stdout
}

/// The documents of a YAML as Kubernetes' schemas accept them, or what is wrong. Nothing where there is no judge.
fn judge(yaml: &str, version: &str) -> Option<Result<Vec<Value>, String>> {
    let python = python::with("kubernetes_validate")?;
    let judged = python::run(&python, "kubernetes/judge.py", &[version], yaml);
    Some(judged.map(|documents| serde_json::from_str(&documents).unwrap()))
}

/// The claim, the Job that collects and the Job that merges.
///
/// The schemas do not know the words that a field may hold, so the tests below name those that matter.
fn documents(options: &[&str]) -> Option<[Value; 3]> {
    let documents = judge(&yaml(options), VERSIONS[1])?.unwrap();
    Some(documents.try_into().unwrap())
}

fn container(job: &Value) -> &Value {
    &job["spec"]["template"]["spec"]["containers"][0]
}

/// The value of a variable of the container.
fn variable<'a>(job: &'a Value, name: &str) -> Option<&'a str> {
    let variables = container(job)["env"].as_array().unwrap();
    variables.iter().find(|one| one["name"] == name).map(|one| one["value"].as_str().unwrap())
}

#[test]
fn kubernetes_accepts_it() {
    let everything =
        [
            &[
                "--name",
                "null",
                "--namespace",
                "1e3",
                "--secret",
                "on",
                "--config-map",
                "a.b-c",
                "--wait",
                "1",
            ][..],
            &["--storage", "500Mi", "--storage-class", "0x1f"],
        ]
        .concat();
    for version in VERSIONS {
        for (options, kinds) in [
            (&[][..], &["PersistentVolumeClaim", "Job", "Job"][..]),
            (&everything, &["PersistentVolumeClaim", "Job", "Job"]),
            (&["--claim", "reports"], &["Job", "Job"]),
        ] {
            let Some(judged) = judge(&yaml(options), version) else { return };
            let documents = judged.unwrap_or_else(|error| panic!("{options:?}: {error}"));
            let found: Vec<_> = documents.iter().map(|one| one["kind"].as_str().unwrap()).collect();
            assert_eq!(found, kinds, "{options:?}");
        }
    }
}

#[test]
fn the_judge_refuses_what_is_spoiled() {
    let good = yaml(&[]);
    for (right, wrong, expected) in [
        ("backoffLimitPerIndex:", "backOffLimitPerIndex:", "'backOffLimitPerIndex' was unexpected"),
        ("runAsNonRoot: true", "runAsNonroot: true", "'runAsNonroot' was unexpected"),
        ("completions: 3", "completions: three", "'three' is not of type 'integer'"),
        ("operator: In, ", "", "'operator' is a required property"),
        ("  parallelism: 3", "  completions: 3", "completions stands twice"),
        ("labels:\n", "labels: [\n", "this is no YAML"),
    ] {
        let spoiled = good.replacen(right, wrong, 1);
        assert_ne!(spoiled, good, "{right}");
        let Some(judged) = judge(&spoiled, VERSIONS[1]) else { return };
        let error = judged.expect_err(wrong);
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn every_place_of_the_template_is_filled() {
    let template = include_str!("../src/commands/schedule/templates/shards.yaml");
    let whole = yaml(&["--namespace", "audits", "--storage-class", "shared"]);
    assert_eq!(whole.lines().count(), template.lines().count(), "no line was left out");
    assert!(!whole.contains("{{") && !whole.contains("}}"), "{whole}");
    let fewer = yaml(&["--claim", "reports"]);
    assert!(!fewer.contains("namespace:") && !fewer.contains("storageClassName"), "{fewer}");
}

#[test]
fn the_pods_may_do_next_to_nothing() {
    let Some([_, collect, merge]) = documents(&[]) else { return };
    for job in [&collect, &merge] {
        let pod = &job["spec"]["template"]["spec"];
        let context = &pod["securityContext"];
        assert_eq!((&context["runAsNonRoot"], &context["runAsUser"]), (&json!(true), &json!(65532)));
        assert_eq!(context["seccompProfile"], json!({"type": "RuntimeDefault"}));
        assert_eq!(
            (&context["fsGroup"], &context["fsGroupChangePolicy"]),
            (&json!(65532), &json!("OnRootMismatch"))
        );
        assert_eq!(pod["automountServiceAccountToken"], false);
        assert_eq!(
            (pod.get("hostNetwork"), pod.get("hostPID"), pod.get("initContainers")),
            (None, None, None)
        );
        assert_eq!(pod["containers"].as_array().unwrap().len(), 1);
        assert_eq!(
            container(job)["securityContext"],
            json!({"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}})
        );
        for bound in ["requests", "limits"] {
            for resource in ["cpu", "memory", "ephemeral-storage"] {
                assert!(container(job)["resources"][bound][resource].is_string(), "{bound} of {resource}");
            }
        }
        let writable = container(job)["volumeMounts"].as_array().unwrap().iter();
        let writable: Vec<_> =
            writable.filter(|mount| mount["readOnly"] != true).map(|it| &it["mountPath"]).collect();
        assert_eq!(writable, ["/audits", "/tmp"]);
    }
}

#[test]
fn nothing_is_tried_for_ever() {
    let Some([_, collect, merge]) = documents(&["--wait", "90"]) else { return };
    for job in [&collect, &merge] {
        assert_eq!(job["spec"]["template"]["spec"]["restartPolicy"], "Never");
        let rules = job["spec"]["podFailurePolicy"]["rules"].as_array().unwrap();
        assert_eq!((&rules[0]["action"], &rules[1]["action"]), (&json!("Ignore"), &json!("FailJob")));
        assert_eq!(rules[0]["onPodConditions"], json!([{"type": "DisruptionTarget", "status": "True"}]));
        assert_eq!(rules[1]["onExitCodes"]["containerName"], container(job)["name"]);
        assert_eq!(rules[1]["onExitCodes"]["operator"], "In");
        assert_eq!(job["spec"]["podReplacementPolicy"], "Failed", "never two Pods at one shard");
    }
    let codes = |job: &Value| job["spec"]["podFailurePolicy"]["rules"][1]["onExitCodes"]["values"].clone();
    assert_eq!((codes(&collect), codes(&merge)), (json!([2, 4]), json!([1, 2, 3, 4, 5])));
    assert_eq!(
        (&collect["spec"]["backoffLimitPerIndex"], &merge["spec"]["backoffLimit"]),
        (&json!(3), &json!(0))
    );
    let seconds = |job: &Value| job["spec"]["activeDeadlineSeconds"].as_u64().unwrap();
    assert_eq!((seconds(&collect), seconds(&merge)), (90 * 60, 150 * 60));
    assert_eq!(container(&merge)["args"], json!(["merge", "--shards", "3", "--wait", "90"]));
}

#[test]
fn both_jobs_speak_of_the_same_shards_and_the_same_folder() {
    let Some([claim, collect, merge]) = documents(&["--name", "nightly", "--namespace", "audits"]) else {
        return;
    };
    let spec = &collect["spec"];
    assert_eq!(spec["completionMode"], "Indexed", "so that each Pod is given an index");
    assert_eq!((&spec["completions"], &spec["parallelism"]), (&json!(3), &json!(3)));
    assert_eq!(container(&collect)["args"], json!(["scan", "--shards", "3", "--resume"]));
    assert_eq!(container(&merge)["args"][2], "3");
    assert_eq!(container(&collect)["image"], container(&merge)["image"]);
    for name in ["TWILIO_AUDIT_OUTPUT", "TWILIO_AUDIT_CONFIG"] {
        assert_eq!(variable(&collect, name), variable(&merge, name));
    }
    assert_eq!(variable(&collect, "TWILIO_AUDIT_OUTPUT"), Some("/audits/nightly"));
    for job in [&collect, &merge] {
        let audits = &job["spec"]["template"]["spec"]["volumes"][0];
        assert_eq!(audits["persistentVolumeClaim"]["claimName"], claim["metadata"]["name"]);
        assert_eq!(job["spec"]["template"]["metadata"]["labels"], job["metadata"]["labels"]);
    }
    assert_eq!(claim["spec"]["accessModes"], json!(["ReadWriteMany"]));
    for (one, part) in [(&claim, "reports"), (&collect, "collect"), (&merge, "merge")] {
        let labels = json!({
            "app.kubernetes.io/name": "twilio-audit", "app.kubernetes.io/instance": "nightly",
            "app.kubernetes.io/component": part
        });
        assert_eq!((&one["metadata"]["labels"], &one["metadata"]["namespace"]), (&labels, &json!("audits")));
    }
}

#[test]
fn one_shard_will_do() {
    let image = format!("twilio-audit@sha256:{}", "0".repeat(64));
    let ended = schedule(&["--shards", "1", "--image", &image, "--claim", "reports"]);
    let Some(judged) = judge(&ended.stdout, VERSIONS[1]) else { return };
    let jobs = judged.unwrap();
    assert_eq!((&jobs[0]["spec"]["completions"], &container(&jobs[1])["args"][2]), (&json!(1), &json!("1")));
    let audits = &jobs[0]["spec"]["template"]["spec"]["volumes"][0];
    assert_eq!(audits["persistentVolumeClaim"]["claimName"], "reports");
}

#[test]
fn what_is_mounted_is_there_and_what_is_there_is_mounted() {
    let Some([_, collect, merge]) = documents(&[]) else { return };
    for job in [&collect, &merge] {
        let names = |list: &Value| -> BTreeSet<String> {
            list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        let volumes = names(&job["spec"]["template"]["spec"]["volumes"]);
        assert_eq!(volumes, names(&container(job)["volumeMounts"]));
        assert_eq!(volumes.contains("credentials"), job == &collect, "the merge asks Twilio nothing");
        let config = variable(job, "TWILIO_AUDIT_CONFIG").unwrap();
        assert_eq!(config, format!("{}/audit.toml", mount(job, "config")["mountPath"].as_str().unwrap()));
    }
}

fn mount<'a>(job: &'a Value, volume: &str) -> &'a Value {
    let mounts = container(job)["volumeMounts"].as_array().unwrap();
    mounts.iter().find(|mount| mount["name"] == volume).unwrap()
}

fn volume<'a>(job: &'a Value, name: &str) -> &'a Value {
    let volumes = job["spec"]["template"]["spec"]["volumes"].as_array().unwrap();
    volumes.iter().find(|volume| volume["name"] == name).unwrap()
}

#[test]
fn no_secret_is_written_only_where_it_is() {
    let secret = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF";
    let ended = Audit::new(&["schedule", "kubernetes", "--shards", "2", "--image", "twilio-audit:1"])
        .file("credentials.toml", &format!("[[credential]]\naccount = \"AC1\"\nsecret = \"{secret}\"\n"))
        .env("TWILIO_AUTH_TOKEN", secret)
        .run();
    assert_eq!((ended.code, ended.stdout.contains(secret)), (0, false), "{}", ended.stderr);

    let Some([_, collect, merge]) = documents(&["--secret", "mine"]) else { return };
    assert_eq!(
        volume(&collect, "credentials")["secret"],
        json!({
            "secretName": "mine", "defaultMode": 0o400,
            "items": [{"key": "credentials.toml", "path": "twilio-audit"}]
        })
    );
    for job in [&collect, &merge] {
        assert_eq!(container(job).get("envFrom"), None);
        for variable in container(job)["env"].as_array().unwrap() {
            assert_eq!(variable.get("valueFrom"), None, "{variable}");
            assert!(!variable["name"].as_str().unwrap().starts_with("TWILIO_AUTH"), "{variable}");
        }
    }
}

/// The kubelet lets the group of `fsGroup` read the files of a Secret, and links them to a folder that it can
/// exchange. The claim may well be a folder in which everybody may write.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_program_takes_what_the_pod_gives_it() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let Some([_, collect, _]) = documents(&[]) else { return };
    let file = volume(&collect, "credentials")["secret"]["items"][0]["path"].as_str().unwrap().to_owned();
    assert_eq!(
        variable(&collect, "CREDENTIALS_DIRECTORY"),
        mount(&collect, "credentials")["mountPath"].as_str()
    );
    let output = variable(&collect, "TWILIO_AUDIT_OUTPUT").unwrap().to_owned();

    let estate = json!({"accounts": [{"sid": "AC0001", "name": "Clinic"}]});
    let simulator = simulator(&estate).await;
    let pod = tempfile::tempdir().unwrap();
    let inside = |path: &str| pod.path().join(path.trim_start_matches('/'));
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for folder in ["run/credentials/..data", "audits"] {
        fs::create_dir_all(inside(folder)).unwrap();
    }
    // As Kubernetes leaves a volume that it gives to the group of the Pod.
    allow(&inside("audits"), 0o770);
    let kept = inside("run/credentials/..data").join(&file);
    fs::write(&kept, all_credentials(&estate).iter().map(entry).collect::<String>()).unwrap();
    allow(&kept, 0o440);
    symlink(Path::new("..data").join(&file), inside("run/credentials").join(&file)).unwrap();

    let given = inside("run/credentials").display().to_string();
    let output = inside(&output).display().to_string();
    let ended = Audit::scan(&simulator)
        .env("CREDENTIALS_DIRECTORY", &given)
        .env("TWILIO_AUDIT_OUTPUT", &output)
        .env("TWILIO_AUDIT_CONFIG", "audit.toml")
        .declared("schema_version = 1\n")
        .run();
    assert!([0, 1, 3].contains(&ended.code), "{}: {}", ended.code, ended.stderr);
    assert!(Path::new(&output).join("latest/findings.json").exists());

    let named = Audit::scan(&simulator).args(&["--credentials", kept.to_str().unwrap()]).run();
    assert_eq!(named.code, 2, "so that $CREDENTIALS_DIRECTORY is needed");
    assert!(named.stderr.contains("chmod 600"), "{}", named.stderr);
}

#[test]
fn a_wrong_command_line_says_what_is_wrong() {
    let long = "a".repeat(52);
    let image = "twilio-audit:1";
    for (options, expected) in [
        (&["--shards", "2"][..], "--image <IMAGE>"),
        (&["--image", image, "--name", &long], "a CronJob would be called"),
        (&["--image", image, "--shards", "2", "--at", "02:17"], "cannot be used with"),
        (&["--image", image, "--shards", "0"], "0 is not in 1..=1000"),
        (
            &["--image", image, "--shards", "2", "--name", "My_Audit"],
            "'M' is not allowed; names in Kubernetes are",
        ),
        (&["--image", image, "--shards", "2", "--name", "a\": b"], "'\"' is not allowed"),
        (&["--image", image, "--shards", "2", "--name", "audit-"], "begin and end with a letter or digit"),
        (&["--image", image, "--shards", "2", "--name", "a.b"], "'.' is not allowed"),
        (&["--image", image, "--shards", "2", "--secret", "a..b"], "begin and end with a letter or digit"),
        (&["--image", image, "--shards", "2", "--namespace", ""], "begin and end with a letter or digit"),
        (
            &["--image", image, "--shards", "1000", "--name", &long],
            "too long by 1: the last Pod would be called",
        ),
        (&["--image", "a: b", "--shards", "2"], "' ' does not occur in the name of an image"),
        (
            &["--image", "registry.example:5000/twilio-audit", "--shards", "2"],
            "name one version of the program",
        ),
        (&["--image", "twilio-audit:0.1.0:0.2.0", "--shards", "2"], "name one version of the program"),
        (
            &["--image", "http://registry.example/twilio-audit:1", "--shards", "2"],
            "name one version of the program",
        ),
        (&["--image", "twilio-audit@sha256:abc", "--shards", "2"], "name one version of the program"),
        (&["--image", "twilio-audit:latest", "--shards", "2"], "not `latest`"),
        (&["--image", image, "--shards", "2", "--storage", "10"], "for example 10Gi"),
        (&["--image", image, "--shards", "2", "--storage", "0Gi"], "for example 10Gi"),
        (&["--image", image, "--shards", "2", "--claim", "mine", "--storage", "1Gi"], "cannot be used with"),
    ] {
        let ended = schedule(options);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{options:?}");
        assert!(ended.stderr.contains(expected), "{options:?}: {}", ended.stderr);
    }
    assert_eq!(
        schedule(&["--image", image, "--shards", "100", "--name", &long]).code,
        0,
        "one digit less will do"
    );
}

#[test]
fn the_commands_of_the_documents_work() {
    let document = include_str!("../docs/large-estates.md").replace("\\\n", " ");
    let commands: Vec<Vec<&str>> = document
        .lines()
        .filter_map(|line| line.trim().strip_prefix("twilio-audit schedule "))
        .map(|rest| rest.split(['>', '|']).next().unwrap().split_whitespace().collect())
        .collect();
    assert!(!commands.is_empty());
    for command in commands {
        let ended = Audit::new(&["schedule"]).args(&command).run();
        assert_eq!(ended.code, 0, "{command:?}: {}", ended.stderr);
    }
    let (_, rest) = document.split_once("```yaml\n").unwrap();
    let Some(judged) = judge(rest.split("```").next().unwrap(), VERSIONS[1]) else { return };
    judged.unwrap();
}
