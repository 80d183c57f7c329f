//! The commands of the reference server's shell: built in, documented, and nothing of the host.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use crate::limits::HOP_TEXT_CHARS_MAX;
use crate::limits::PROCESS_STDIN_BYTES_MAX;
use crate::server::HopTarget;
use crate::server::Unmet;

/// The exit code of a command that was stopped by ctrl+c: `STATUS_CONTROL_C_EXIT`.
pub const CONTROL_C_EXIT: i64 = 0xC000_013A;

/// The built-in commands, as `--help` and the documentation list them.
pub const COMMANDS: &[(&str, &str)] = &[
    ("echo TEXT", "writes TEXT and a line break to stdout"),
    ("stderr TEXT", "writes TEXT and a line break to stderr"),
    ("cat", "copies stdin to stdout until its end"),
    ("set [NAME]", "writes the environment, or the variables whose names begin with NAME, to stdout"),
    ("cd", "writes the working directory to stdout"),
    ("whoami", "writes the user of the session to stdout"),
    ("exit N", "ends with exit code N"),
    ("silence N", "writes nothing for N seconds, then `done`"),
    (
        "hop URL",
        "logs on at URL by what the client delegated and writes who the user is there; exit code 5 if nobody",
    ),
    ("output N", "writes N octets, the alphabet over and over, to stdout"),
];

/// What a command sees of its shell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Surroundings {
    /// `computer\user` of the session.
    pub user: String,
    /// The shell's environment.
    pub environment: BTreeMap<String, String>,
    /// The shell's working directory.
    pub working_directory: String,
}

/// One of a process's two outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Output {
    /// `stdout`
    Stdout,
    /// `stderr`
    Stderr,
}

/// A running or finished command.
#[derive(Debug)]
pub(super) struct Process {
    state: State,
    ready: VecDeque<(Output, Vec<u8>)>,
    exit_code: i64,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Cat,
    /// Writes `done` when the clock says so.
    Silence {
        until_ms: u64,
    },
    /// Octets still to write and the place in the alphabet. They are made when somebody reads them, so that a large
    /// output takes no memory.
    Alphabet {
        left: u64,
        at: u64,
    },
    /// Waits for what comes of a logon at another host.
    Hop(HopTarget),
    Finished,
}

impl Process {
    /// Starts `command_line`: the `Command` and its `Arguments`, joined by spaces as a command shell would.
    #[must_use]
    pub(super) fn start(command_line: &str, surroundings: &Surroundings, now_ms: u64) -> Self {
        let line = command_line.trim();
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut process = Self { state: State::Finished, ready: VecDeque::new(), exit_code: 0 };
        match name.to_ascii_lowercase().as_str() {
            "echo" => process.line(Output::Stdout, rest),
            "stderr" => process.line(Output::Stderr, rest),
            "cat" => process.state = State::Cat,
            "set" => process.set(rest.trim(), surroundings),
            "cd" => process.line(Output::Stdout, &surroundings.working_directory),
            "whoami" => process.line(Output::Stdout, &surroundings.user.to_lowercase()),
            "exit" => process.exit(rest.trim()),
            "silence" => process.number(rest, |p, n| {
                p.state = State::Silence { until_ms: now_ms.saturating_add(n.saturating_mul(1000)) };
            }),
            "hop" => match HopTarget::parse(rest.trim()) {
                Some(target) => process.state = State::Hop(target),
                None => process.usage("expected http://HOST[:PORT]/wsman"),
            },
            "output" => process.number(rest, |p, n| p.state = State::Alphabet { left: n, at: 0 }),
            _ => process.unknown(name),
        }
        process
    }

    /// Gives input to the process; `is_end` closes its stdin. What a finished process, or one that reads no input,
    /// leaves unread is dropped ([MS-WSMV] 3.1.4.13).
    pub(super) fn send(&mut self, input: &[u8], is_end: bool) -> Result<(), InputFull> {
        if self.state != State::Cat {
            return Ok(());
        }
        let waiting: usize = self.ready.iter().map(|(_, octets)| octets.len()).sum();
        if waiting.saturating_add(input.len()) > PROCESS_STDIN_BYTES_MAX {
            return Err(InputFull);
        }
        if !input.is_empty() {
            self.ready.push_back((Output::Stdout, input.to_vec()));
        }
        if is_end {
            self.state = State::Finished;
        }
        Ok(())
    }

    /// Stops the process with the exit code of ctrl+c. Output that nobody fetched stays.
    pub(super) fn interrupt(&mut self) {
        if self.state != State::Finished {
            self.state = State::Finished;
            self.exit_code = CONTROL_C_EXIT;
        }
    }

    /// Where the process waits to be logged on.
    #[must_use]
    pub(super) fn hop_target(&self) -> Option<&HopTarget> {
        match &self.state {
            State::Hop(target) => Some(target),
            _ => None,
        }
    }

    /// Ends that wait.
    pub(super) fn end_hop(&mut self, outcome: Result<String, Unmet>) {
        self.state = State::Finished;
        let brief = |text: &str| text.trim_end().chars().take(HOP_TEXT_CHARS_MAX).collect::<String>();
        match outcome {
            Ok(user) => self.line(Output::Stdout, &brief(&user)),
            Err(unmet) => {
                self.exit_code = unmet.exit_code();
                self.line(Output::Stderr, &brief(&unmet.to_string()));
            }
        }
    }

    /// Lets time pass.
    pub(super) fn elapse(&mut self, now_ms: u64) {
        if matches!(self.state, State::Silence { until_ms } if until_ms <= now_ms) {
            self.state = State::Finished;
            self.line(Output::Stdout, "done");
        }
    }

    /// When the process next does something by itself.
    #[must_use]
    pub(super) fn wakes_at_ms(&self) -> Option<u64> {
        match self.state {
            State::Silence { until_ms } => Some(until_ms),
            _ => None,
        }
    }

    /// Whether the process has ended, its output fetched or not.
    #[must_use]
    pub(super) fn is_finished(&self) -> bool {
        self.state == State::Finished
    }

    /// Whether there is something to fetch: output, or the news that it ended.
    #[must_use]
    pub(super) fn has_news(&self) -> bool {
        !self.ready.is_empty() || matches!(self.state, State::Alphabet { .. } | State::Finished)
    }

    /// Takes at most `bytes_max` octets of output, in the order written.
    pub(super) fn take_output(&mut self, bytes_max: usize) -> Vec<(Output, Vec<u8>)> {
        let mut taken: Vec<(Output, Vec<u8>)> = Vec::new();
        let mut room = bytes_max;
        while room > 0 {
            let Some((output, mut octets)) = self.ready.pop_front().or_else(|| self.next_letters(room))
            else {
                break;
            };
            if octets.len() > room {
                let rest = octets.split_off(room);
                self.ready.push_front((output, rest));
            }
            room = room.saturating_sub(octets.len());
            // Many small pieces would make many elements, and those a larger envelope than the octets do.
            match taken.last_mut() {
                Some((last, before)) if *last == output => before.extend(octets),
                _ => taken.push((output, octets)),
            }
        }
        taken
    }

    /// The exit code, once the process has ended and its output was fetched.
    #[must_use]
    pub(super) fn exit_code(&self) -> Option<i64> {
        (self.state == State::Finished && self.ready.is_empty()).then_some(self.exit_code)
    }

    fn next_letters(&mut self, room: usize) -> Option<(Output, Vec<u8>)> {
        let State::Alphabet { left, at } = &mut self.state else { return None };
        let count = u64::try_from(room).unwrap_or(u64::MAX).min(*left);
        let first = *at;
        *at = at.wrapping_add(count);
        *left = left.saturating_sub(count);
        if *left == 0 {
            self.state = State::Finished;
        }
        let letter = |n: u64| (first.wrapping_add(n) % 26).to_le_bytes()[0].saturating_add(b'A');
        (count > 0).then(|| (Output::Stdout, (0..count).map(letter).collect()))
    }

    fn line(&mut self, output: Output, text: &str) {
        self.ready.push_back((output, [text, "\r\n"].concat().into_bytes()));
    }

    fn set(&mut self, prefix: &str, surroundings: &Surroundings) {
        let begins =
            |name: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let found: Vec<_> = surroundings.environment.iter().filter(|(name, _)| begins(name)).collect();
        if found.is_empty() && !prefix.is_empty() {
            self.line(Output::Stderr, &format!("no environment variable begins with {prefix}"));
            self.exit_code = 1;
        }
        for (name, value) in found {
            self.line(Output::Stdout, &format!("{name}={value}"));
        }
    }

    /// An exit code has 32 bits; whether it is meant signed is the caller's to say, so it stays as it was written.
    fn exit(&mut self, code: &str) {
        match code.parse::<i64>() {
            Ok(code) if (i64::from(i32::MIN)..=i64::from(u32::MAX)).contains(&code) => self.exit_code = code,
            Err(_) if code.is_empty() => {}
            _ => self.usage("expected an exit code of 32 bits"),
        }
    }

    fn number(&mut self, argument: &str, then: impl FnOnce(&mut Self, u64)) {
        match argument.trim().parse::<u64>() {
            Ok(number) => then(self, number),
            Err(_) => self.usage("expected a number"),
        }
    }

    fn usage(&mut self, expected: &str) {
        self.line(Output::Stderr, expected);
        self.exit_code = 87;
    }

    fn unknown(&mut self, name: &str) {
        let known: Vec<_> = COMMANDS.iter().filter_map(|(usage, _)| usage.split(' ').next()).collect();
        self.line(Output::Stderr, &format!("unknown command `{name}`: expected one of {}", known.join(", ")));
        self.exit_code = 1;
    }
}

/// The process has more unread input than the server keeps for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InputFull;

#[cfg(test)]
mod tests {
    use super::*;

    fn run(line: &str) -> (String, String, Option<i64>) {
        let surroundings = Surroundings {
            user: "REFERENCE\\Alice".to_owned(),
            environment: BTreeMap::from([
                ("PATH".to_owned(), "x y".to_owned()),
                ("TEMP".to_owned(), "t".to_owned()),
            ]),
            working_directory: "C:\\Users".to_owned(),
        };
        let mut process = Process::start(line, &surroundings, 0);
        let (mut stdout, mut stderr) = (String::new(), String::new());
        for (output, octets) in process.take_output(1 << 20) {
            let text = String::from_utf8(octets).unwrap();
            match output {
                Output::Stdout => stdout += &text,
                Output::Stderr => stderr += &text,
            }
        }
        (stdout, stderr, process.exit_code())
    }

    #[test]
    fn commands_do_what_their_description_says() {
        let out = |text: &str| (text.to_owned(), String::new(), Some(0));
        assert_eq!(run("echo a  \"b\" ä€"), out("a  \"b\" ä€\r\n"));
        assert_eq!(run("ECHO x"), out("x\r\n"));
        assert_eq!(run("set pa"), out("PATH=x y\r\n"));
        assert_eq!(run("cd"), out("C:\\Users\r\n"));
        assert_eq!(run("whoami"), out("reference\\alice\r\n"));
        assert_eq!(run("output 30"), out("ABCDEFGHIJKLMNOPQRSTUVWXYZABCD"));
        assert_eq!(run("exit 3"), (String::new(), String::new(), Some(3)));
        assert_eq!(run("exit -1").2, Some(-1));
        assert_eq!(run("exit 3221225477").2, Some(3_221_225_477));
        assert_eq!(run("stderr oh no"), (String::new(), "oh no\r\n".to_owned(), Some(0)));
        assert_eq!(run("format c:").2, Some(1));
        assert_eq!(run("output many").2, Some(87));
    }

    #[test]
    fn output_is_made_in_portions_and_the_exit_code_comes_after_the_last() {
        let mut process = Process::start("output 100", &Surroundings::default(), 0);
        let mut all = Vec::new();
        for _ in 0..10 {
            assert_eq!(process.exit_code(), None);
            let portion = process.take_output(10);
            all.extend(portion.into_iter().flat_map(|(_, octets)| octets));
        }
        assert_eq!((all.len(), process.exit_code()), (100, Some(0)));
        assert!(all.iter().zip((b'A'..=b'Z').cycle()).all(|(got, expected)| *got == expected));
    }

    #[test]
    fn silence_ends_when_the_clock_says_so() {
        let mut process = Process::start("silence 7", &Surroundings::default(), 1000);
        process.elapse(7999);
        assert!(!process.has_news());
        process.elapse(8000);
        assert_eq!(process.take_output(100), [(Output::Stdout, b"done\r\n".to_vec())]);
    }

    #[test]
    fn cat_holds_as_much_as_the_bound_and_not_more() {
        let mut process = Process::start("cat", &Surroundings::default(), 0);
        assert_eq!(process.send(&vec![0; PROCESS_STDIN_BYTES_MAX], false), Ok(()));
        assert_eq!(process.send(&[0], false), Err(InputFull));
    }

    #[test]
    fn an_interrupted_process_has_the_exit_code_of_ctrl_c() {
        let mut process = Process::start("cat", &Surroundings::default(), 0);
        process.interrupt();
        assert_eq!(process.exit_code(), Some(3_221_225_786));
        let mut finished = Process::start("exit 5", &Surroundings::default(), 0);
        finished.interrupt();
        assert_eq!(finished.exit_code(), Some(5));
    }
}
