//! Would the examples notice a mistake in a check? Every comparison is flipped, every condition dropped, every
//! threshold moved, one at a time; the examples must then come out differently.
//!
//! `make mutants` runs it over all checks (some minutes); with `MUTANTS_OF=ID,ID` over these. What only words the reason or the evidence
//! is left alone: examples say outcomes and severities.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Expr, JoinConstraint, JoinOperator, Query, Select, SelectItem, SetExpr, Statement,
    UnaryOperator, Value, VisitMut, VisitorMut, visit_expressions,
};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;
use twilio_audit::audit::{Check, Compiled, Rehearsal, built_in, compile};

/// The least share of mistakes that must be noticed.
const LEAST_PERCENT: usize = 95;

/// Columns of an answer that examples see.
const SEEN: [&str; 8] = [
    "account_sid",
    "resource_type",
    "resource_sid",
    "field",
    "outcome",
    "severity",
    "blocks_go_live",
    "product",
];

fn parse(sql: &str) -> Statement {
    // A hint for speed and an operator, which this parser does not know in SQLite: the one is left out, the other
    // stands there under the name of one that nobody uses.
    let sql = sql.replace(" as materialized", " as").replace(" glob ", " similar to ");
    let mut statements =
        Parser::parse_sql(&SQLiteDialect {}, &sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    assert_eq!(statements.len(), 1);
    statements.remove(0)
}

fn written(statement: &Statement) -> String {
    statement.to_string().replace(" SIMILAR TO ", " GLOB ")
}

/// The names that decide what examples see: those in conditions, and those that flow into a seen column.
fn deciding(statement: &Statement) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = SEEN.iter().map(|name| (*name).to_owned()).collect();
    loop {
        let mut walk = Names { known: names.clone(), found: names.clone() };
        let mut copy = statement.clone();
        let _ = VisitMut::visit(&mut copy, &mut walk);
        if walk.found == names {
            return names;
        }
        names = walk.found;
    }
}

struct Names {
    known: BTreeSet<String>,
    found: BTreeSet<String>,
}

impl VisitorMut for Names {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        each_select(&mut query.body, &mut |select, names| {
            for expression in select.selection.iter().chain(&select.having) {
                self.take(expression);
            }
            for constraint in select.from.iter_mut().flat_map(|from| &mut from.joins).filter_map(constraint) {
                self.take(constraint);
            }
            for (item, name) in select.projection.iter().zip(names) {
                let decides = name.as_ref().is_none_or(|name| self.known.contains(name));
                if let (true, SelectItem::ExprWithAlias { expr, .. } | SelectItem::UnnamedExpr(expr)) =
                    (decides, item)
                {
                    self.take(expr);
                }
            }
        });
        ControlFlow::Continue(())
    }
}

impl Names {
    fn take(&mut self, expression: &Expr) {
        let _ = visit_expressions(expression, |expression| {
            match expression {
                Expr::Identifier(name) => drop(self.found.insert(name.value.clone())),
                Expr::CompoundIdentifier(names) => {
                    self.found.extend(names.last().map(|name| name.value.clone()));
                }
                _ => {}
            }
            ControlFlow::<()>::Continue(())
        });
    }
}

/// The name of a column of an answer and what stands behind it.
fn named(item: &SelectItem) -> Option<(String, &Expr)> {
    match item {
        SelectItem::ExprWithAlias { expr, alias } => Some((alias.value.clone(), expr)),
        SelectItem::UnnamedExpr(expr) => match expr {
            Expr::Identifier(name) => Some((name.value.clone(), expr)),
            Expr::CompoundIdentifier(names) => Some((names.last()?.value.clone(), expr)),
            _ => None,
        },
        _ => None,
    }
}

/// Every part of a union, each with the names of its columns: those that the first part gives.
fn each_select(body: &mut SetExpr, act: &mut impl FnMut(&mut Select, &[Option<String>])) {
    let names = names_of(body);
    each_part(body, &names, act);
}

fn each_part(
    body: &mut SetExpr,
    names: &[Option<String>],
    act: &mut impl FnMut(&mut Select, &[Option<String>]),
) {
    match body {
        SetExpr::Select(select) => act(select, names),
        SetExpr::Query(query) => each_part(&mut query.body, names, act),
        SetExpr::SetOperation { left, right, .. } => {
            each_part(left, names, act);
            each_part(right, names, act);
        }
        _ => {}
    }
}

fn names_of(body: &SetExpr) -> Vec<Option<String>> {
    match body {
        SetExpr::Select(select) => {
            select.projection.iter().map(|item| named(item).map(|(name, _)| name)).collect()
        }
        SetExpr::Query(query) => names_of(&query.body),
        SetExpr::SetOperation { left, .. } => names_of(left),
        _ => Vec::new(),
    }
}

/// The condition of a join.
fn constraint(join: &mut sqlparser::ast::Join) -> Option<&mut Expr> {
    match &mut join.join_operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint) => match constraint {
            JoinConstraint::On(condition) => Some(condition),
            _ => None,
        },
        _ => None,
    }
}

/// Makes the mistake of this number, counted through the whole statement.
struct Mistake<'n> {
    deciding: &'n BTreeSet<String>,
    wanted: usize,
    counted: usize,
    made: Option<String>,
}

impl Mistake<'_> {
    /// One more mistake that could be made, or as many as there are ways to make it here.
    fn offer<T: Clone>(&mut self, place: &mut T, ways: Vec<(T, String)>) {
        let (first, count) = (self.counted, ways.len());
        self.counted += count;
        if (first..first + count).contains(&self.wanted) && self.made.is_none() {
            let (wrong, what) = ways.into_iter().nth(self.wanted - first).unwrap();
            *place = wrong;
            self.made = Some(what);
        }
    }

    fn within(&mut self, expression: &mut Expr) {
        let _ = VisitMut::visit(expression, &mut Within(self));
    }
}

struct Within<'m, 'n>(&'m mut Mistake<'n>);

impl VisitorMut for Within<'_, '_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        let ways = ways(expression);
        self.0.offer(expression, ways);
        if self.0.made.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl VisitorMut for Mistake<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        each_select(&mut query.body, &mut |select, names| {
            if select.selection.is_some() {
                let what = format!("without `where {}`", select.selection.as_ref().unwrap());
                self.offer(&mut select.selection, vec![(None, what)]);
            }
            let conditions = select.selection.iter_mut().chain(&mut select.having);
            conditions.for_each(|condition| self.within(condition));
            for condition in select.from.iter_mut().flat_map(|from| &mut from.joins).filter_map(constraint) {
                self.within(condition);
            }
            for (item, name) in select.projection.iter_mut().zip(names) {
                // The columns of a table expression may be named outside of it: those may decide anything.
                let decides = name.as_ref().is_none_or(|name| self.deciding.contains(name));
                if let (true, SelectItem::ExprWithAlias { expr, .. } | SelectItem::UnnamedExpr(expr)) =
                    (decides, item)
                {
                    self.within(expr);
                }
            }
        });
        if self.made.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// The ways to get an expression wrong, each with its description.
fn ways(expression: &Expr) -> Vec<(Expr, String)> {
    let mut ways = Vec::new();
    let mut add = |wrong: Expr| ways.push((wrong.clone(), format!("`{expression}` becomes `{wrong}`")));
    match expression {
        Expr::BinaryOp { left, op, right } => {
            let with = |op| Expr::BinaryOp { left: left.clone(), op, right: right.clone() };
            match op {
                BinaryOperator::And | BinaryOperator::Or => {
                    add((**left).clone());
                    add((**right).clone());
                }
                BinaryOperator::Eq => add(with(BinaryOperator::NotEq)),
                BinaryOperator::NotEq => add(with(BinaryOperator::Eq)),
                BinaryOperator::Lt => add(with(BinaryOperator::LtEq)),
                BinaryOperator::LtEq => add(with(BinaryOperator::Lt)),
                BinaryOperator::Gt => add(with(BinaryOperator::GtEq)),
                BinaryOperator::GtEq => add(with(BinaryOperator::Gt)),
                _ => {}
            }
            let opposite = match op {
                BinaryOperator::Lt | BinaryOperator::LtEq => Some(BinaryOperator::GtEq),
                BinaryOperator::Gt | BinaryOperator::GtEq => Some(BinaryOperator::LtEq),
                _ => None,
            };
            if let Some(opposite) = opposite {
                add(with(opposite));
            }
        }
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => add((**expr).clone()),
        Expr::IsNull(inner) => add(Expr::IsNotNull(inner.clone())),
        Expr::IsNotNull(inner) => add(Expr::IsNull(inner.clone())),
        Expr::Case { operand, conditions, .. } if conditions.len() > 1 || operand.is_some() => {
            for place in 0..conditions.len() {
                let mut wrong = expression.clone();
                if let Expr::Case { conditions, .. } = &mut wrong
                    && conditions.len() > 1
                {
                    conditions.remove(place);
                    add(wrong);
                }
            }
        }
        other => {
            let mut wrong = other.clone();
            let negated = match &mut wrong {
                Expr::In { negated, .. }
                | Expr::Between { negated, .. }
                | Expr::Like { negated, .. }
                | Expr::SimilarTo { negated, .. }
                | Expr::Exists { negated, .. } => Some(negated),
                _ => None,
            };
            if let Some(negated) = negated {
                *negated = !*negated;
                add(wrong);
            }
        }
    }
    // A threshold that is off by one.
    if let Expr::BinaryOp { left, op, right } = expression
        && matches!(op, BinaryOperator::Lt | BinaryOperator::LtEq | BinaryOperator::Gt | BinaryOperator::GtEq)
        && let Expr::Value(value) = &**right
        && let Value::Number(number, long) = &value.value
        && let Ok(number) = number.parse::<i64>()
    {
        let moved = Expr::Value(Value::Number((number + 1).to_string(), *long).into());
        let wrong = Expr::BinaryOp { left: left.clone(), op: op.clone(), right: Box::new(moved) };
        ways.push((wrong.clone(), format!("`{expression}` becomes `{wrong}`")));
    }
    ways
}

/// Every mistake in a query, each as (the query, what is wrong with it).
fn mistakes(query: &str) -> Vec<(String, String)> {
    let statement = parse(query);
    let deciding = deciding(&statement);
    let mut seen = BTreeSet::from([written(&statement)]);
    let mut all = Vec::new();
    for wanted in 0.. {
        let mut wrong = statement.clone();
        let mut mistake = Mistake { deciding: &deciding, wanted, counted: 0, made: None };
        let _ = VisitMut::visit(&mut wrong, &mut mistake);
        let Some(what) = mistake.made else { return all };
        let query = written(&wrong);
        // Nested questions are met twice.
        if seen.insert(query.clone()) {
            all.push((query, what));
        }
    }
    all
}

/// What one check's examples make of its mistakes: how many there are, and those that were not noticed.
fn survivors(compiled: &Compiled, rehearsal: &mut Rehearsal) -> (usize, Vec<String>) {
    let with = |query: String| {
        let mut check: Check = compiled.check.clone();
        check.query = query;
        check
    };
    let again = compile(vec![with(written(&parse(&compiled.check.query)))]).unwrap().remove(0);
    let mismatches = rehearsal.run(&again);
    assert!(mismatches.is_empty(), "{}: not the same after parsing: {}", compiled.check.id, mismatches[0]);
    let mistakes = mistakes(&compiled.check.query);
    let wrong: Vec<Check> = mistakes.iter().map(|(query, _)| with(query.clone())).collect();
    // All at once is faster; one by one where SQLite itself notices some.
    let compiled: Vec<Option<Compiled>> = match compile(wrong.clone()) {
        Ok(all) => all.into_iter().map(Some).collect(),
        Err(_) => wrong.into_iter().map(|check| compile(vec![check]).ok()?.pop()).collect(),
    };
    let survived = mistakes.iter().zip(&compiled).filter_map(|((_, what), wrong)| {
        let survives = wrong.as_ref().is_some_and(|wrong| rehearsal.run(wrong).is_empty());
        survives.then(|| what.clone())
    });
    let survived = survived.collect();
    (mistakes.len(), survived)
}

/// Before an hour of mistakes: whether they can be made at all.
#[test]
fn every_query_can_be_taken_apart() {
    for check in built_in().unwrap() {
        parse(&check.query);
    }
}

#[test]
#[ignore = "takes minutes: make mutants"]
fn the_examples_notice_mistakes_in_the_checks() {
    let chosen: Option<BTreeSet<String>> =
        std::env::var("MUTANTS_OF").ok().map(|ids| ids.split(',').map(str::to_owned).collect());
    let checks: Vec<Compiled> = compile(built_in().unwrap())
        .unwrap()
        .into_iter()
        .filter(|compiled| chosen.as_ref().is_none_or(|ids| ids.contains(&compiled.check.id)))
        .collect();
    let results: Vec<(String, usize, Vec<String>)> = std::thread::scope(|scope| {
        let work = |part: &'static str, checks: Vec<&'_ Compiled>| {
            let mut rehearsal = Rehearsal::new().unwrap();
            let of = |compiled: &&Compiled| {
                let (made, survived) = survivors(compiled, &mut rehearsal);
                eprintln!("{part} {}: {} of {made} noticed", compiled.check.id, made - survived.len());
                (compiled.check.id.clone(), made, survived)
            };
            checks.iter().map(of).collect::<Vec<_>>()
        };
        let (even, odd): (Vec<_>, Vec<_>) = checks.iter().enumerate().partition(|(place, _)| place % 2 == 0);
        let take = |part: Vec<(usize, _)>| part.into_iter().map(|(_, compiled)| compiled).collect::<Vec<_>>();
        let (even, odd) = (take(even), take(odd));
        let other = scope.spawn(move || work("·", odd));
        let mut all = work("-", even);
        all.extend(other.join().unwrap());
        all
    });
    let made: usize = results.iter().map(|(_, made, _)| made).sum();
    let survived: usize = results.iter().map(|(_, _, survived)| survived.len()).sum();
    for (id, _, survived) in results.iter().filter(|(_, _, survived)| !survived.is_empty()) {
        eprintln!("\n{id}");
        survived.iter().for_each(|what| eprintln!("  {what}"));
    }
    let noticed = made - survived;
    eprintln!("\n{noticed} of {made} mistakes noticed");
    assert!(noticed * 100 >= made * LEAST_PERCENT, "{noticed} of {made}");
}

/// A mutation run that makes no mistakes would find all checks proven.
#[test]
fn each_kind_of_mistake_is_made() {
    let query = "select a.account_sid, case when x > 30 then 'fail' when not y then 'warn' else 'pass' end as outcome, \
                 b.note as reason from a left join b on b.sid = a.sid and b.live where a.kind in ('p', 'q') and z is null";
    let made: Vec<String> = mistakes(query).into_iter().map(|(_, what)| what).collect();
    for expected in [
        "without `where",
        "becomes `z IS NULL`",
        "`z IS NULL` becomes `z IS NOT NULL`",
        "becomes `a.kind NOT IN ('p', 'q')`",
        "`x > 30` becomes `x >= 30`",
        "`x > 30` becomes `x <= 30`",
        "`x > 30` becomes `x > 31`",
        "`NOT y` becomes `y`",
        "`b.sid = a.sid` becomes `b.sid <> a.sid`",
        "becomes `b.live`",
        "becomes `CASE WHEN x > 30 THEN 'fail' ELSE 'pass' END`",
    ] {
        assert!(made.iter().any(|what| what.contains(expected)), "{expected}: {made:#?}");
    }
    // What only words the reason is left alone.
    assert!(mistakes("select 'pass' as outcome, x = 1 as reason from a").is_empty());
}
