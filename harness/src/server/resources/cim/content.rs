//! The instances of the classes that show what CIM can hold.

use crate::server::resources::cim::classes;
use crate::server::resources::cim::record::Record;
use crate::server::resources::cim::record::time;
use crate::soap::ExpandedName;
use crate::wsman::cim::CimElement;
use crate::wsman::cim::CimValue;
use crate::wsman::cim::ClassUri;
use crate::xml::OwnedName;

/// When the machine was set up.
const INSTALLED: &str = "20240229120000.000000+000";

/// Everything that is neither service nor process. `services` are what references point to.
pub(super) fn records(services: &[Record], computer: &str) -> Vec<Record> {
    let mut records = vec![operating_system(computer), chassis()];
    let references: Vec<CimValue> = services
        .iter()
        .take(3)
        .filter_map(|service| service.reference().ok())
        .map(|reference| CimValue::Reference(Box::new(reference)))
        .collect();
    if let [one, two, three] = references.as_slice() {
        records.push(dependency(one, two));
        records.push(dependency(one, three));
        records.push(keys(one));
        records.push(values(&references));
    }
    records.push(nothing());
    records
}

fn operating_system(computer: &str) -> Record {
    Record::new(&classes::OPERATING_SYSTEM)
        .with("Caption", "Reference")
        .with("CSName", computer)
        .with_value("InstallDate", time(INSTALLED))
        .with_value("LastBootUpTime", time("20261101063000.500000+060"))
        .with_array("MUILanguages", vec![CimValue::of("en-US"), CimValue::of("de-DE")])
        .with("TotalVisibleMemorySize", "8388608")
        .with("Version", "10.0.20348")
}

fn chassis() -> Record {
    Record::new(&classes::CHASSIS)
        .with("CreationClassName", classes::CHASSIS.name)
        .with("Manufacturer", "Reference")
        .with("Tag", "Chassis 0")
}

fn dependency(antecedent: &CimValue, dependent: &CimValue) -> Record {
    Record::new(&classes::DEPENDENT_SERVICE)
        .with_value("Antecedent", antecedent.clone())
        .with_value("Dependent", dependent.clone())
        .with("TypeOfDependency", "0")
}

fn keys(owner: &CimValue) -> Record {
    Record::new(&classes::KEYS)
        .with("Active", "true")
        .with("Number", "4294967295")
        .with_value("Owner", owner.clone())
        .with("Text", "a \"key\" & <more>")
        .with_value("When", time(INSTALLED))
}

/// Each value at a bound of its kind.
fn values(references: &[CimValue]) -> Record {
    let numbers = |numbers: &[&str]| numbers.iter().map(|number| CimValue::of(number)).collect();
    Record::new(&classes::VALUES)
        .with_array("ArrayEmpty", Vec::new())
        .with_array("ArrayOfOne", numbers(&["alone"]))
        .with_array("Booleans", numbers(&["true", "false"]))
        .with("Char16", "65535")
        .with_value("Datetime", time("20261122213000.123456+060"))
        .with_array("Datetimes", vec![time(INSTALLED), time("00000001020304.000005:000")])
        .with_value("Embedded", embedded("inside"))
        .with_array("Embeddeds", vec![embedded("first"), embedded("second")])
        .with("Escaped", "<a b=\"c\">&amp;\u{e9}\u{1f600} ]]> \t'")
        .with("Id", "full")
        .with_value("Interval", time("00000001020304.000005:000"))
        .with_array("Numbers", numbers(&["0", "1", "4294967295"]))
        .with("Real32", "3.4028235e38")
        .with("Real64", "-1.7976931348623157e308")
        .with_value("Reference", references.first().cloned().unwrap_or(CimValue::Nil))
        .with_array("References", references.to_vec())
        .with("Sint16", "-32768")
        .with("Sint32", "-2147483648")
        .with("Sint64", "9223372036854775807")
        .with("Sint64Min", "-9223372036854775808")
        .with("Sint8", "-128")
        .with("TextEmpty", "")
        .with("Uint16", "65535")
        .with("Uint32", "4294967295")
        .with("Uint64", "18446744073709551615")
        .with("Uint8", "255")
}

/// Null in every property but the key.
fn nothing() -> Record {
    Record::new(&classes::VALUES).with("Id", "null")
}

/// An instance that has no keys and is only a part of another.
fn embedded(name: &str) -> CimValue {
    let uri = ClassUri::wmi("root/cimv2", "Reference_Part").to_uri();
    let property =
        |local: &str, value| OwnedName::new(uri.as_str(), local).map(|n| CimElement::new(n, value));
    let deeper = property("Inner", CimValue::of(&[name, " & deeper"].concat()));
    let properties = [
        property("Name", CimValue::of(name)),
        property("Nothing", CimValue::Nil),
        property("Part", CimValue::Instance(deeper.into_iter().collect())).map(typed),
    ];
    CimValue::Instance(properties.into_iter().flatten().collect())
}

/// A part that is an instance says of which class it is.
fn typed(part: CimElement) -> CimElement {
    let namespace = part.name.namespace().to_owned();
    let type_name = ExpandedName { namespace, local: "Reference_Part_Type".to_owned() };
    CimElement { type_name: Some(type_name), ..part }
}
