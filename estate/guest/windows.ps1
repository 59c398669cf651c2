# classic-to-vpc: what the move of a Windows instance to a VPC depends on, found in the guest system itself.
# This script reads only: it writes no file, starts and stops nothing, changes no setting.
#
#   Invoke-Command -ComputerName HOST -FilePath estate/guest/windows.ps1      (WinRM)
#   powershell -NoProfile -ExecutionPolicy Bypass -File windows.ps1           (on the instance itself)
#
# It prints one JSON object (docs/components/guest-evidence.md tells each key). What it cannot determine it leaves out:
# a missing key means "not known", an empty list "looked, and found none". Only an administrator sees everything; for
# another user most keys are missing. PowerShell 2.0 (Windows Server 2008 R2) is enough.

$ErrorActionPreference = 'Stop'
$script:facts = New-Object System.Collections.ArrayList

# ---- JSON: ConvertTo-Json came with PowerShell 3.0; only harmless characters leave this script ----

function Quoted($value) {
    $harmless = ([string]$value) -replace '[^A-Za-z0-9 ._/:;=@,+%#*~()<>|\\{}-]', '?'
    if ($harmless.Length -gt 160) { $harmless = $harmless.Substring(0, 160) }
    '"' + $harmless.Replace('\', '\\') + '"'
}
function Add-Fact($name, $json) { [void]$script:facts.Add('"' + $name + '": ' + $json) }
# Each takes a block that looks. Where looking fails, or finds nothing that can be told, the key is left out.
function Add-Text($name, [scriptblock]$look) {
    try { $value = & $look } catch { return }
    if ($value) { Add-Fact $name (Quoted $value) }
}
function Add-Number($name, [scriptblock]$look) {
    try { $value = & $look } catch { return }
    if ($null -ne $value) { Add-Fact $name ([string][long][math]::Floor($value)) }
}
function Add-List($name, [scriptblock]$look) {
    try { $values = @(& $look) } catch { return }
    $quoted = @($values | Where-Object { $_ } | Sort-Object -Unique | Select-Object -First 40 | ForEach-Object { Quoted $_ })
    Add-Fact $name ('[' + ($quoted -join ', ') + ']')
}

# ---- what is looked for: process names, and directories of what is installed ----

$security = 'AliYunDun', 'AliYunDunMonitor', 'AliYunDunUpdate', 'AliSecCheck', 'AliHips', 'AliNet', 'AliDetect', 'MsMpEng',
    'CSFalconService', 'ds_agent', 'coreServiceShell', 'SAVService', 'SophosFS', 'mfemms', 'masvc', 'ccSvcHst', 'CbDefense',
    'RepMgr', 'SentinelAgent', 'CylanceSvc', 'ekrn', 'avp', 'wazuh-agent', 'SafeDogGuardCenter', 'SafeDogUpdateCenter',
    'ZhuDongFangYu', '360tray', 'HipsDaemon', 'YDService', 'elastic-endpoint'
$securityPaths = "$env:ProgramFiles\Alibaba\aegis", "${env:ProgramFiles(x86)}\Alibaba\aegis", "$env:ProgramFiles\CrowdStrike",
    "$env:ProgramFiles\Trend Micro", "$env:ProgramFiles\Sophos", "$env:ProgramFiles\McAfee",
    "${env:ProgramFiles(x86)}\Symantec", "$env:ProgramFiles\SentinelOne", "$env:ProgramFiles\Cylance",
    "$env:ProgramFiles\ESET", "${env:ProgramFiles(x86)}\Kaspersky Lab", "${env:ProgramFiles(x86)}\360",
    "${env:ProgramFiles(x86)}\SafeDog", "$env:ProgramFiles\Huorong"
$ftpServices = 'FTPSVC', 'MSFTPSVC', 'FileZilla Server', 'filezilla-server', 'Serv-U', 'GoodSyncServer', 'CerberusFTPServer'
$licences = 'lmgrd', 'lmadmin', 'rlm', 'hasplms', 'lservnt', 'CodeMeter', 'sntlkeyssrvr', 'adskflex', 'llmsrv'
$mac = '([0-9A-Fa-f]{2}[:-]?){5}[0-9A-Fa-f]{2}'

# ---- looking ----

# Passes on what a system always has; none of it is no answer.
function Required { $there = @($input | Where-Object { $_ }); if (-not $there) { throw 'found nothing' }; $there }
# On 64-bit Windows, a 32-bit process sees other directories of programs and other keys of SOFTWARE than the system's.
function Assert-OwnView { if ($env:PROCESSOR_ARCHITEW6432) { throw 'this PowerShell is 32-bit, the system is not' } }
function Running($names) { Get-Process | ForEach-Object { $_.ProcessName } | Where-Object { $names -contains $_ } }
function Get-InstanceId {
    $request = [System.Net.WebRequest]::Create('http://100.100.100.200/latest/meta-data/instance-id')
    $request.Timeout = 2000
    $request.Proxy = $null
    $reader = New-Object System.IO.StreamReader($request.GetResponse().GetResponseStream())
    $id = $reader.ReadToEnd().Trim()
    if ($id -match '^i-[a-z0-9]+$') { $id }
}
function Get-PendingReboots {
    Assert-OwnView
    $control = 'HKLM:\SYSTEM\CurrentControlSet\Control'
    $current = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
    if (Test-Path "$current\Component Based Servicing\RebootPending") { 'Component Based Servicing' }
    if (Test-Path "$current\WindowsUpdate\Auto Update\RebootRequired") { 'Windows Update' }
    $renames = Get-ItemProperty "$control\Session Manager"
    if ($renames.PSObject.Properties['PendingFileRenameOperations']) { 'PendingFileRenameOperations' }
}
function Get-FtpServers {
    Get-Service | Where-Object { $ftpServices -contains $_.Name -and $_.Status -eq 'Running' } | ForEach-Object { $_.Name }
    $listeners = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpListeners()
    if ($listeners | Where-Object { $_.Port -eq 21 }) { 'port 21' }
}
function Get-FtpPassive {
    Assert-OwnView
    $file = "$env:windir\System32\inetsrv\config\applicationHost.config"
    if (-not (Test-Path $file)) { return }
    foreach ($node in ([xml](Get-Content $file)).SelectNodes('//firewallSupport')) {
        foreach ($attribute in $node.Attributes) { "IIS firewallSupport: $($attribute.Name)=$($attribute.Value)" }
    }
}
function Get-LicenceLines {
    Assert-OwnView
    foreach ($top in @($env:ProgramFiles, ${env:ProgramFiles(x86)}, "$env:SystemDrive\flexlm") | Where-Object { $_ }) {
        foreach ($pattern in "$top\*.lic", "$top\*\*.lic", "$top\*\*\*.lic", "$top\*\license.dat", "$top\*\*\license.dat") {
            Get-ChildItem $pattern -ErrorAction SilentlyContinue |
                Select-String -Pattern "SERVER +\S+ +$mac|(HOSTID|MAC)=""?(ETHER=)?$mac" |
                ForEach-Object { "$($_.Path): $($_.Matches[0].Value)" }
        }
    }
}
function Get-MacSettings {
    $class = 'HKLM:\SYSTEM\CurrentControlSet\Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}'
    # Its subkey Properties is readable for SYSTEM only.
    $adapters = Get-ChildItem $class -ErrorAction SilentlyContinue | Where-Object { $_.PSChildName -match '^\d{4}$' } | Required
    foreach ($key in $adapters) {
        $address = $key.GetValue('NetworkAddress')
        if ($address) { "NetworkAddress of adapter $($key.PSChildName): $address" }
    }
}
function Get-SanPolicy { # san of diskpart: 1 OnlineAll, 2 OfflineShared, 3 OfflineAll, 4 OfflineInternal
    $value = (Get-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Services\partmgr\Parameters').SanPolicy
    @{ 1 = 'OnlineAll'; 2 = 'OfflineShared'; 3 = 'OfflineAll'; 4 = 'OfflineInternal' }[[int]$value]
}
function Get-DataDisks {
    $system = (Get-WmiObject Win32_DiskPartition | Where-Object { $_.BootPartition } | Select-Object -First 1).DiskIndex
    Get-WmiObject Win32_DiskDrive | Where-Object { $_.Index -ne $system } |
        ForEach-Object { 'disk {0}, {1} GiB' -f $_.Index, [math]::Round($_.Size / 1GB) }
}
function Get-FileSystems { # the dirty bit says that a check is due at the next start
    $items = Get-WmiObject Win32_Volume | Where-Object { $_.DriveType -eq 3 -and $_.FileSystem } | ForEach-Object {
        $state = if ($_.DirtyBitSet -eq $null) { '' } elseif ($_.DirtyBitSet) { ', "state": "dirty"' } else { ', "state": "clean"' }
        '{"device": ' + (Quoted $_.DeviceID) + ', "mount": ' + (Quoted $_.Name) + ', "type": ' +
            (Quoted $_.FileSystem.ToLower()) + $state + '}'
    }
    '[' + (@($items) -join ', ') + ']'
}

# ---- the facts ----

$system = Get-WmiObject Win32_OperatingSystem
$me = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
$privileged = $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
Add-Fact 'schemaVersion' '1'
Add-Text 'os' { 'windows' }
Add-Text 'osName' { $system.Caption }
Add-Text 'hostName' { $env:COMPUTERNAME }
Add-Text 'instanceId' { Get-InstanceId }
Add-Text 'collectedAt' { [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture) }
Add-Fact 'privileged' $privileged.ToString().ToLower()
Add-Number 'systemDiskFreeMib' {
    $free = (Get-WmiObject Win32_LogicalDisk -Filter "DeviceID='$env:SystemDrive'").FreeSpace
    if ($null -ne $free) { $free / 1MB } # $null / 1MB is 0
}
Add-Number 'uptimeSeconds' { ([DateTime]::Now - $system.ConvertToDateTime($system.LastBootUpTime)).TotalSeconds }
Add-List 'ipAddresses' { Get-WmiObject Win32_NetworkAdapterConfiguration -Filter 'IPEnabled=True' |
    ForEach-Object { $_.IPAddress } | Where-Object { $_ -match '^[0-9.]+$' } | Required }
if ($privileged) {
    Add-List 'rebootPending' { Get-PendingReboots }
    Add-List 'securityRunning' { Running $security }
    Add-List 'securityInstalled' { Assert-OwnView; $securityPaths | Where-Object { Test-Path $_ } }
    Add-List 'licenceManagers' { Running $licences }
    Add-List 'ftpServers' { Get-FtpServers }
    Add-List 'ftpPassive' { Get-FtpPassive }
    Add-List 'macBoundConfig' { Get-MacSettings }
    Add-List 'macBoundLicences' { Get-LicenceLines }
    Add-List 'macAddresses' { Get-WmiObject Win32_NetworkAdapterConfiguration -Filter 'IPEnabled=True' |
        ForEach-Object { "$($_.Description) $($_.MACAddress)" } | Required }
    Add-Text 'sanPolicy' { Get-SanPolicy }
    Add-List 'dataDisks' { Get-DataDisks }
    try { Add-Fact 'fileSystems' (Get-FileSystems) } catch { }
}
# Not Write-Output: with stdout redirected, Windows PowerShell breaks its lines at the width of the console.
Write-Host ('{' + ($script:facts -join ",`n ") + '}')
