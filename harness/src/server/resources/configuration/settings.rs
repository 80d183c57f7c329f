//! The one place that knows which setting of the tables is which field of [`Config`].

use crate::server::CbtHardeningLevel;
use crate::server::Config;
use crate::server::Mutant;
use crate::server::dispatch::Refusal;
use crate::wsman::FaultReason;
use crate::wsman::WsmanErrorCode;
use crate::wsman::config::ConfigType;
use crate::wsman::config::ServiceAuthType;
use crate::wsman::config::ServiceType;
use crate::wsman::config::Setting;
use crate::wsman::config::Table;
use crate::wsman::config::WinrsType;
use crate::wsman::sddl::SecurityDescriptor;

type Result<T> = std::result::Result<T, Refusal>;

/// The configuration as it is told: what is kept, and what the server runs by.
pub(super) fn whole(config: &Config) -> ConfigType {
    let mut whole = config.kept.clone();
    whole.merge(ConfigType {
        max_envelope_size_kb: Some(u64::from(config.max_envelope_size_kb).into()),
        max_timeout_ms: Some(config.max_timeout_ms.into()),
        max_batch_items: Some(u64::from(config.max_batch_items).into()),
        service: Some(service(config)),
        winrs: Some(WinrsType {
            allow_remote_shell_access: Some(config.allow_remote_shell_access.into()),
            idle_timeout: Some(config.idle_timeout_ms.into()),
            max_concurrent_users: number(config.max_concurrent_users),
            max_processes_per_shell: number(config.max_processes_per_shell),
            max_shells_per_user: number(config.max_shells_per_user),
            ..WinrsType::default()
        }),
        ..ConfigType::default()
    });
    whole
}

fn service(config: &Config) -> ServiceType {
    ServiceType {
        root_sddl: Some(config.root_sddl.to_string().into()),
        max_concurrent_operations_per_user: number(config.max_concurrent_operations_per_user),
        enumeration_timeout_ms: Some(config.enumeration_timeout_ms.into()),
        max_connections: number(config.max_connections),
        max_packet_retrieval_time_seconds: Some((config.max_packet_retrieval_time_ms / 1000).into()),
        allow_unencrypted: Some(config.allow_unencrypted.into()),
        auth: Some(ServiceAuthType {
            basic: Some(config.basic.into()),
            kerberos: Some(config.kerberos.into()),
            negotiate: Some(config.negotiate.into()),
            certificate: Some(config.certificate.into()),
            cred_ssp: config.knows_credssp().then(|| config.credssp.into()),
            ..cbt_hardening_level(config)
        }),
        ..ServiceType::default()
    }
}

fn cbt_hardening_level(config: &Config) -> ServiceAuthType {
    let level = config.cbt_hardening_level.name().to_owned();
    ServiceAuthType { cbt_hardening_level: Some(level.into()), ..ServiceAuthType::default() }
}

fn number(value: usize) -> Option<Setting<u64>> {
    Some(u64::try_from(value).unwrap_or(u64::MAX).into())
}

/// Changes what is asked for, all of it or nothing, and gives the whole as it is then.
pub(super) fn apply(config: &mut Config, asked: ConfigType) -> Result<ConfigType> {
    if !config.is_mutant(Mutant::ConfigUnchecked) {
        asked.check()?;
    }
    let before = whole(config);
    require_support(config, &asked)?;
    let mut after = before.clone();
    after.merge(asked);
    require_unchanged(&before, &after)?;
    let root_sddl = after.service.as_ref().and_then(|service| service.root_sddl.as_ref());
    let root_sddl = root_sddl.map(|sddl| SecurityDescriptor::parse(&sddl.value)).transpose()?;
    if let Some(root_sddl) = root_sddl {
        config.root_sddl = root_sddl;
    }
    let was_basic = config.basic;
    adopt(config, &after);
    config.basic |= was_basic && config.is_mutant(Mutant::BasicStays);
    // However it was spelled, it is told in one way.
    after.merge(ConfigType {
        service: Some(ServiceType { auth: Some(cbt_hardening_level(config)), ..ServiceType::default() }),
        ..ConfigType::default()
    });
    config.kept.clone_from(&after);
    Ok(after)
}

/// [MS-WSMV] 3.1.4.1.29.2: "if it does not support CredSSP as an authentication scheme the request MUST fail with a
/// wsman:SchemaValidationError fault", whatever the value; so it isn't told either.
fn require_support(config: &Config, asked: &ConfigType) -> Result<()> {
    let auth = asked.service.as_ref().and_then(|service| service.auth.as_ref());
    match auth.is_some_and(|auth| auth.cred_ssp.is_some()) && !config.knows_credssp() {
        true => Err(FaultReason::SchemaValidationError.into()),
        false => Ok(()),
    }
}

/// What nobody can change may be sent as it is.
fn require_unchanged(before: &ConfigType, after: &ConfigType) -> Result<()> {
    let values = |whole: &ConfigType| {
        let service = whole.service.clone().unwrap_or_default();
        let run_time = whole.winrs.as_ref().and_then(|winrs| winrs.max_shell_run_time.clone());
        let provider = whole.max_provider_requests.clone();
        let deprecated = [provider, service.max_concurrent_operations, run_time].map(|s| s.map(|s| s.value));
        let ports = service.default_ports.unwrap_or_default();
        let ports = [ports.http, ports.https].map(|s| s.map(|s| s.value));
        (deprecated, ports, service.allow_remote_access.map(|s| s.value))
    };
    let (before, after) = (values(before), values(after));
    if before.0 != after.0 {
        // [MS-WSMV] notes <11>, <18>, <30>
        return Err(FaultReason::InternalError(WsmanErrorCode::DEPRECATED_CONFIG_SETTING).into());
    }
    match before == after {
        true => Ok(()),
        false => Err(FaultReason::InternalError(WsmanErrorCode::CONFIG_READONLY_PROPERTY).into()),
    }
}

/// Writes settings into the fields that the server runs by.
fn adopt(config: &mut Config, whole: &ConfigType) {
    set_u32(&mut config.max_envelope_size_kb, whole.max_envelope_size_kb.as_ref());
    set(&mut config.max_timeout_ms, whole.max_timeout_ms.as_ref());
    set_u32(&mut config.max_batch_items, whole.max_batch_items.as_ref());
    if let Some(service) = &whole.service {
        adopt_service(config, service);
    }
    if let Some(winrs) = &whole.winrs {
        set(&mut config.allow_remote_shell_access, winrs.allow_remote_shell_access.as_ref());
        set(&mut config.idle_timeout_ms, winrs.idle_timeout.as_ref());
        set_usize(&mut config.max_concurrent_users, winrs.max_concurrent_users.as_ref());
        set_usize(&mut config.max_processes_per_shell, winrs.max_processes_per_shell.as_ref());
        set_usize(&mut config.max_shells_per_user, winrs.max_shells_per_user.as_ref());
    }
}

fn adopt_service(config: &mut Config, service: &ServiceType) {
    let per_user = service.max_concurrent_operations_per_user.as_ref();
    set_usize(&mut config.max_concurrent_operations_per_user, per_user);
    set(&mut config.enumeration_timeout_ms, service.enumeration_timeout_ms.as_ref());
    set_usize(&mut config.max_connections, service.max_connections.as_ref());
    if let Some(seconds) = &service.max_packet_retrieval_time_seconds {
        config.max_packet_retrieval_time_ms = seconds.value.saturating_mul(1000);
    }
    set(&mut config.allow_unencrypted, service.allow_unencrypted.as_ref());
    if let Some(auth) = &service.auth {
        set(&mut config.basic, auth.basic.as_ref());
        set(&mut config.kerberos, auth.kerberos.as_ref());
        set(&mut config.negotiate, auth.negotiate.as_ref());
        set(&mut config.certificate, auth.certificate.as_ref());
        set(&mut config.credssp, auth.cred_ssp.as_ref());
        let level = auth.cbt_hardening_level.as_ref();
        let level = level.and_then(|level| CbtHardeningLevel::from_name(&level.value));
        config.cbt_hardening_level = level.unwrap_or(config.cbt_hardening_level);
    }
}

fn set<T: Copy>(field: &mut T, setting: Option<&Setting<T>>) {
    if let Some(setting) = setting {
        *field = setting.value;
    }
}

fn set_u32(field: &mut u32, setting: Option<&Setting<u64>>) {
    if let Some(setting) = setting {
        *field = u32::try_from(setting.value).unwrap_or(u32::MAX);
    }
}

fn set_usize(field: &mut usize, setting: Option<&Setting<u64>>) {
    if let Some(setting) = setting {
        *field = usize::try_from(setting.value).unwrap_or(usize::MAX);
    }
}
