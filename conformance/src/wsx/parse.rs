//! From text to a case: front matter, sections, steps. What a section says is read in `section`.

use crate::wsx::bounds::CASE_BYTES_MAX;
use crate::wsx::bounds::SECTIONS_MAX;
use crate::wsx::case::Case;
use crate::wsx::case::ConnectionId;
use crate::wsx::case::Exchange;
use crate::wsx::case::Expect;
use crate::wsx::case::Finally;
use crate::wsx::case::FrontMatter;
use crate::wsx::case::Sent;
use crate::wsx::case::Step;
use crate::wsx::case::StepBody;
use crate::wsx::case::StepNumber;
use crate::wsx::error::WsxError;
use crate::wsx::error::WsxReason;
use crate::wsx::heading::Heading;
use crate::wsx::heading::is_heading;
use crate::wsx::section;
use crate::wsx::source::Body;
use crate::wsx::source::Line;
use crate::wsx::source::lines;

/// Reads a case. `file` is only named in errors.
pub fn parse(file: &str, text: &str) -> Result<Case, WsxError> {
    let start = Line { file, number: 1, text: "" };
    if text.len() > CASE_BYTES_MAX {
        return Err(
            start.error_at(1, WsxReason::TooLarge { what: "the size in octets", max: CASE_BYTES_MAX })
        );
    }
    let lines = lines(file, text);
    let front_length = lines.iter().take_while(|line| !is_heading(line.text)).count();
    let (front, sections) = lines.split_at_checked(front_length).unwrap_or((&lines, &[]));
    let mut builder = Builder::new(front_matter(&start, front)?);
    let mut rest = sections;
    let mut count = 0;
    while let [heading, below @ ..] = rest {
        count += 1;
        if count > SECTIONS_MAX {
            return Err(heading
                .error_at(1, WsxReason::TooLarge { what: "the number of sections", max: SECTIONS_MAX }));
        }
        let length = below.iter().take_while(|line| !is_heading(line.text)).count();
        let (body, tail) = below.split_at_checked(length).unwrap_or((below, &[]));
        builder.add(&Heading::parse(heading)?, Body { heading: *heading, lines: body })?;
        rest = tail;
    }
    builder.finish(&start)
}

fn front_matter(start: &Line<'_>, lines: &[Line<'_>]) -> Result<FrontMatter, WsxError> {
    let text = lines.iter().map(|line| line.text).collect::<Vec<_>>().join("\n");
    let front: FrontMatter = toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
        let number = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Line { number, ..*start }
            .error_at(column, WsxReason::FrontMatter { message: error.message().to_owned() })
    })?;
    if front.wsx != 1 {
        return Err(start.error_at(1, WsxReason::expected("version 1 of the format", &front.wsx.to_string())));
    }
    Ok(front)
}

/// Puts sections together to steps.
struct Builder {
    front: FrontMatter,
    steps: Vec<Step>,
    finally: Option<Finally>,
    number_last: u16,
    /// A `loop` heading whose step has not begun.
    pending_loop: Option<(StepNumber, u16)>,
}

impl Builder {
    fn new(front: FrontMatter) -> Self {
        Self { front, steps: Vec::new(), finally: None, number_last: 0, pending_loop: None }
    }

    fn add(&mut self, heading: &Heading, body: Body<'_>) -> Result<(), WsxError> {
        if let Some((number, _)) = self.pending_loop
            && !matches!(heading, Heading::Send { number: n, .. } | Heading::Expect { number: n, .. } if *n == number)
        {
            return Err(body.heading.expected("the step that the `loop` repeats", body.heading.text));
        }
        match heading {
            Heading::Send { number, connection, layer, blame } => {
                let sent = Sent { blame: blame.clone(), send: section::send(layer, &body)? };
                self.exchange(*number, *connection, &body.heading)?.sends.push(sent);
            }
            Heading::Expect { number, connection, layer, blame, any_of } => {
                let answer = section::answer(layer, &body)?;
                let expect = Expect { blame: blame.clone(), any_of: any_of.clone(), answer };
                self.exchange(*number, *connection, &body.heading)?.expects.push(expect);
            }
            Heading::Assert(number) => {
                let assertions = section::assertions(&body)?;
                self.begin(*number, &body.heading, StepBody::Assert(assertions))?;
            }
            Heading::Loop(number, attempts_max) => {
                body.no_directive()?;
                self.pending_loop = Some((*number, *attempts_max));
            }
            Heading::Finally => {
                if self.finally.is_some() {
                    return Err(body.heading.error_at(1, duplicate("section", "finally")));
                }
                self.finally = Some(Finally { actions: section::clean_up(&body)?, steps: Vec::new() });
            }
        }
        Ok(())
    }

    fn steps(&mut self) -> &mut Vec<Step> {
        match &mut self.finally {
            Some(finally) => &mut finally.steps,
            None => &mut self.steps,
        }
    }

    fn begin(&mut self, number: StepNumber, line: &Line<'_>, body: StepBody) -> Result<(), WsxError> {
        if number.0 == self.number_last {
            return Err(line.error_at(1, duplicate("step", &number.to_string())));
        }
        if number.0 < self.number_last {
            return Err(line.expected("a step number above those before", &number.to_string()));
        }
        self.number_last = number.0;
        self.steps().push(Step { number, body });
        Ok(())
    }

    /// The exchange of that number, begun if it has not.
    fn exchange(
        &mut self,
        number: StepNumber,
        connection: ConnectionId,
        line: &Line<'_>,
    ) -> Result<&mut Exchange, WsxError> {
        let attempts_max = self.pending_loop.take().map(|(_, attempts_max)| attempts_max);
        let same_step = self.steps().last().is_some_and(|step| step.number == number);
        if attempts_max.is_some() || !same_step {
            let attempts_max = attempts_max.unwrap_or(1);
            let exchange = Exchange { connection, attempts_max, sends: Vec::new(), expects: Vec::new() };
            self.begin(number, line, StepBody::Exchange(exchange))?;
        }
        match self.steps().last_mut().map(|step| &mut step.body) {
            Some(StepBody::Exchange(exchange)) if exchange.connection == connection => Ok(exchange),
            Some(StepBody::Exchange(_)) => {
                Err(line.expected("the connection that the step began on", &connection.to_string()))
            }
            _ => Err(line.error_at(1, duplicate("step", &number.to_string()))),
        }
    }

    fn finish(self, start: &Line<'_>) -> Result<Case, WsxError> {
        if let Some((number, _)) = self.pending_loop {
            return Err(start
                .error_at(1, WsxReason::expected("the step that the `loop` repeats", &number.to_string())));
        }
        if self.steps.is_empty() {
            return Err(start.error_at(1, WsxReason::expected("at least one section", "")));
        }
        Ok(Case { front: self.front, steps: self.steps, finally: self.finally })
    }
}

fn duplicate(what: &'static str, name: &str) -> WsxReason {
    WsxReason::Duplicate { what, name: name.to_owned() }
}
