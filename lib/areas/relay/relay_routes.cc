// SPDX-License-Identifier: Apache-2.0
#include "areas/relay/relay_routes.h"

namespace collab::relay {

using rpc::Need;
using rpc::Relay;
using rpc::relayed;

namespace {

constexpr bool kForeground = false;

}  // namespace

// message, how it travels, what its sender needs, what may answer it.
std::vector<rpc::Route> routes() {
    return {
        // Requests that look: every participant of the room but a banned one may send them.
        relayed("GetHover", Relay::request, Need::read, {"GetHoverResponse"}),
        relayed("GetDefinition", Relay::request, Need::read, {"GetDefinitionResponse"}),
        relayed("GetTypeDefinition", Relay::request, Need::read, {"GetTypeDefinitionResponse"}),
        relayed("GetReferences", Relay::request, Need::read, {"GetReferencesResponse"}),
        relayed("FindSearchCandidates", Relay::request, Need::read,
                {"FindSearchCandidatesResponse", "Ack"}),
        relayed("GetDocumentHighlights", Relay::request, Need::read,
                {"GetDocumentHighlightsResponse"}),
        relayed("GetDocumentSymbols", Relay::request, Need::read, {"GetDocumentSymbolsResponse"}),
        relayed("GetProjectSymbols", Relay::request, Need::read, {"GetProjectSymbolsResponse"}),
        relayed("OpenBufferForSymbol", Relay::request, Need::read, {"OpenBufferForSymbolResponse"}),
        relayed("OpenBufferById", Relay::request, Need::read, {"OpenBufferResponse"}),
        relayed("SynchronizeBuffers", Relay::request, Need::read, {"SynchronizeBuffersResponse"},
                kForeground),
        relayed("InlayHints", Relay::request, Need::read, {"InlayHintsResponse"}),
        relayed("ResolveInlayHint", Relay::request, Need::read, {"ResolveInlayHintResponse"}),
        relayed("GetColorPresentation", Relay::request, Need::read,
                {"GetColorPresentationResponse"}),
        relayed("OpenBufferByPath", Relay::request, Need::read, {"OpenBufferResponse"}),
        relayed("OpenImageByPath", Relay::request, Need::read, {"OpenImageResponse"}),
        relayed("DownloadFileByPath", Relay::request, Need::read, {"DownloadFileResponse"}),
        relayed("GitGetBranches", Relay::request, Need::read, {"GitBranchesResponse"}),
        relayed("GetDefaultBranch", Relay::request, Need::read, {"GetDefaultBranchResponse"}),
        relayed("OpenUnstagedDiff", Relay::request, Need::read, {"OpenUnstagedDiffResponse"},
                kForeground),
        relayed("OpenUncommittedDiff", Relay::request, Need::read, {"OpenUncommittedDiffResponse"},
                kForeground),
        relayed("LspExtExpandMacro", Relay::request, Need::read, {"LspExtExpandMacroResponse"}),
        relayed("LspExtOpenDocs", Relay::request, Need::read, {"LspExtOpenDocsResponse"}),
        relayed("LspExtSwitchSourceHeader", Relay::request, Need::read,
                {"LspExtSwitchSourceHeaderResponse"}),
        relayed("LspExtGoToParentModule", Relay::request, Need::read,
                {"LspExtGoToParentModuleResponse"}),
        relayed("LanguageServerIdForName", Relay::request, Need::read,
                {"LanguageServerIdForNameResponse"}),
        relayed("GetDocumentDiagnostics", Relay::request, Need::read,
                {"GetDocumentDiagnosticsResponse"}),
        relayed("GetRemotes", Relay::request, Need::read, {"GetRemotesResponse"}),
        relayed("GitShow", Relay::request, Need::read, {"GitCommitDetails"}),
        relayed("LoadCommitDiff", Relay::request, Need::read, {"LoadCommitDiffResponse"},
                kForeground),
        relayed("GitGetWorktrees", Relay::request, Need::read, {"GitWorktreesResponse"}),
        relayed("ResolveCodeAction", Relay::request, Need::read, {"ResolveCodeActionResponse"}),
        relayed("ResolveDocumentLink", Relay::request, Need::read, {"ResolveDocumentLinkResponse"}),
        relayed("GitWorktreeCreatedAt", Relay::request, Need::read,
                {"GitWorktreeCreatedAtResponse"}),
        relayed("GitGetHeadSha", Relay::request, Need::read, {"GitGetHeadShaResponse"}),
        relayed("GetCommitData", Relay::request, Need::read, {"GetCommitDataResponse"}),
        relayed("LoadCommitTemplate", Relay::request, Need::read, {"LoadCommitTemplateResponse"}),

        // Requests that change the project, or make the host work on it: admins and members.
        relayed("GetCodeLens", Relay::request, Need::write, {"GetCodeLensResponse"}),
        relayed("LspExtRunnables", Relay::request, Need::write, {"LspExtRunnablesResponse"}),
        relayed("LspExtCancelFlycheck", Relay::request, Need::write, {"Ack"}),
        relayed("LspExtRunFlycheck", Relay::request, Need::write, {"Ack"}),
        relayed("LspExtClearFlycheck", Relay::request, Need::write, {"Ack"}),
        relayed("RegisterBufferWithLanguageServers", Relay::request, Need::write, {"Ack"}),
        relayed("UpdateGitBranch", Relay::request, Need::write, {"Ack"}),
        relayed("GetCompletions", Relay::request, Need::write, {"GetCompletionsResponse"}),
        relayed("ApplyCompletionAdditionalEdits", Relay::request, Need::write,
                {"ApplyCompletionAdditionalEditsResponse"}),
        relayed("OpenNewBuffer", Relay::request, Need::write, {"OpenBufferResponse"}, kForeground),
        relayed("ResolveCompletionDocumentation", Relay::request, Need::write,
                {"ResolveCompletionDocumentationResponse"}),
        relayed("GetCodeActions", Relay::request, Need::write, {"GetCodeActionsResponse"}),
        relayed("ApplyCodeAction", Relay::request, Need::write, {"ApplyCodeActionResponse"}),
        relayed("PrepareRename", Relay::request, Need::write, {"PrepareRenameResponse"}),
        relayed("PerformRename", Relay::request, Need::write, {"PerformRenameResponse"}),
        relayed("ReloadBuffers", Relay::request, Need::write, {"ReloadBuffersResponse"},
                kForeground),
        relayed("ApplyCodeActionKind", Relay::request, Need::write, {"ApplyCodeActionKindResponse"},
                kForeground),
        relayed("FormatBuffers", Relay::request, Need::write, {"FormatBuffersResponse"},
                kForeground),
        relayed("CreateProjectEntry", Relay::request, Need::write, {"ProjectEntryResponse"},
                kForeground),
        relayed("RenameProjectEntry", Relay::request, Need::write, {"ProjectEntryResponse"},
                kForeground),
        relayed("CopyProjectEntry", Relay::request, Need::write, {"ProjectEntryResponse"},
                kForeground),
        relayed("DeleteProjectEntry", Relay::request, Need::write, {"ProjectEntryResponse"},
                kForeground),
        relayed("ExpandProjectEntry", Relay::request, Need::write, {"ExpandProjectEntryResponse"},
                kForeground),
        relayed("ExpandAllForProjectEntry", Relay::request, Need::write,
                {"ExpandAllForProjectEntryResponse"}, kForeground),
        relayed("OnTypeFormatting", Relay::request, Need::write, {"OnTypeFormattingResponse"}),
        relayed("SaveBuffer", Relay::request, Need::write, {"BufferSaved"}, kForeground),
        relayed("BlameBuffer", Relay::request, Need::write, {"BlameBufferResponse"}, kForeground),
        relayed("MultiLspQuery", Relay::request, Need::write, {"MultiLspQueryResponse"}),
        relayed("RestartLanguageServers", Relay::request, Need::write, {"Ack"}, kForeground),
        relayed("StopLanguageServers", Relay::request, Need::write, {"Ack"}),
        relayed("LinkedEditingRange", Relay::request, Need::write, {"LinkedEditingRangeResponse"}),
        relayed("OpenContext", Relay::request, Need::write, {"OpenContextResponse"}, kForeground),
        relayed("CreateContext", Relay::request, Need::write, {"CreateContextResponse"},
                kForeground),
        relayed("SynchronizeContexts", Relay::request, Need::write, {"SynchronizeContextsResponse"},
                kForeground),
        relayed("Stage", Relay::request, Need::write, {"Ack"}),
        relayed("Unstage", Relay::request, Need::write, {"Ack"}),
        relayed("Stash", Relay::request, Need::write, {"Ack"}),
        relayed("StashPop", Relay::request, Need::write, {"Ack"}),
        relayed("StashDrop", Relay::request, Need::write, {"Ack"}),
        relayed("Commit", Relay::request, Need::write, {"Ack"}),
        relayed("RunGitHook", Relay::request, Need::write, {"Ack"}),
        relayed("GitInit", Relay::request, Need::write, {"Ack"}),
        relayed("GitReset", Relay::request, Need::write, {"Ack"}),
        relayed("GitCheckoutFiles", Relay::request, Need::write, {"Ack"}),
        relayed("SetIndexText", Relay::request, Need::write, {"Ack"}),
        relayed("ToggleBreakpoint", Relay::request, Need::write, {"Ack"}, kForeground),
        relayed("OpenCommitMessageBuffer", Relay::request, Need::write, {"OpenBufferResponse"}),
        relayed("GitDiff", Relay::request, Need::write, {"GitDiffResponse"}),
        relayed("GetTreeDiff", Relay::request, Need::write, {"GetTreeDiffResponse"}),
        relayed("GetBlobContent", Relay::request, Need::write, {"GetBlobContentResponse"}),
        relayed("GitCreateBranch", Relay::request, Need::write, {"Ack"}),
        relayed("GitChangeBranch", Relay::request, Need::write, {"Ack"}),
        relayed("GitCreateRemote", Relay::request, Need::write, {"Ack"}),
        relayed("GitRemoveRemote", Relay::request, Need::write, {"Ack"}),
        relayed("GitCreateWorktree", Relay::request, Need::write, {"Ack"}),
        relayed("CheckForPushedCommits", Relay::request, Need::write,
                {"CheckForPushedCommitsResponse"}),
        relayed("ToggleLspLogs", Relay::request, Need::write, {"Ack"}),
        relayed("TrashProjectEntry", Relay::request, Need::write, {"TrashProjectEntryResponse"},
                kForeground),
        relayed("RestoreProjectEntry", Relay::request, Need::write, {"RestoreProjectEntryResponse"},
                kForeground),
        relayed("GitAddPathToGitignore", Relay::request, Need::write, {"Ack"}),
        relayed("GitAddPathToGitInfoExclude", Relay::request, Need::write, {"Ack"}),
        relayed("GitEditRef", Relay::request, Need::write, {"Ack"}),
        relayed("GitRepairWorktrees", Relay::request, Need::write, {"Ack"}),

        // What is asked decides between the two (relay_rules.h).
        relayed("LspQuery", Relay::request_by_query, Need::read, {"Ack"}),

        // Answered by a stream (spec 9, 9.4).
        relayed("GetInitialGraphData", Relay::stream, Need::read, {"GetInitialGraphDataResponse"}),
        relayed("SearchCommits", Relay::stream, Need::read, {"SearchCommitsResponse"}),

        // What the host tells everybody.
        relayed("LspQueryResponse", Relay::broadcast, Need::host),
        relayed("RefreshInlayHints", Relay::broadcast, Need::host),
        relayed("RefreshSemanticTokens", Relay::broadcast, Need::host),
        relayed("RefreshCodeLens", Relay::broadcast, Need::host),
        relayed("UpdateBufferFile", Relay::broadcast, Need::host),
        relayed("BufferReloaded", Relay::broadcast, Need::host),
        relayed("BufferSaved", Relay::broadcast, Need::host),
        relayed("UpdateDiffBases", Relay::broadcast, Need::host),
        relayed("PullWorkspaceDiagnostics", Relay::broadcast, Need::host),
        relayed("AdvertiseContexts", Relay::broadcast, Need::host),
        relayed("RefreshDocumentColors", Relay::broadcast, Need::host),
        relayed("RefreshDocumentLinks", Relay::broadcast, Need::host),
        relayed("RefreshFoldingRanges", Relay::broadcast, Need::host),
        relayed("RefreshDocumentSymbols", Relay::broadcast, Need::host),

        // What any collaborator tells everybody.
        relayed("BreakpointsForFile", Relay::broadcast, Need::collaborator),
        relayed("LanguageServerLog", Relay::broadcast, Need::collaborator),

        // Buffers, images and files that a guest asked for.
        relayed("CreateBufferForPeer", Relay::to_peer, Need::host),
        relayed("CreateImageForPeer", Relay::to_peer, Need::host),
        relayed("CreateFileForPeer", Relay::to_peer, Need::host),

        // Search results for the guest who searched.
        relayed("FindSearchCandidatesChunk", Relay::request_to_peer, Need::host, {"Ack"}),

        // Nobody may, through us.
        relayed("GitRemoveWorktree", Relay::forbidden, Need::nothing),
        relayed("GitRenameWorktree", Relay::forbidden, Need::nothing),
        relayed("GitCreateArchiveCheckpoint", Relay::forbidden, Need::nothing),
        relayed("GitRestoreArchiveCheckpoint", Relay::forbidden, Need::nothing),
    };
}

}  // namespace collab::relay
