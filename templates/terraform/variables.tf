variable "repository" {
  description = "owner/name of the repository whose workflow runs the action"
  type        = string

  validation {
    condition     = can(regex("^[\\w.-]+/[\\w.-]+$", var.repository))
    error_message = "Give it as owner/name."
  }
}

variable "owner_id" {
  description = "Number of the owner: gh api repos/OWNER/NAME --jq .owner.id"
  type        = number
}

variable "repository_id" {
  description = "Number of the repository: gh api repos/OWNER/NAME --jq .id"
  type        = number
}

variable "branch" {
  description = "The branch whose workflow may assume the role; of no meaning with an environment"
  type        = string
  default     = "main"
}

variable "environment" {
  description = "The environment of GitHub that the job names; null when it names none"
  type        = string
  default     = null
}

variable "function_name" {
  type = string

  validation {
    condition     = can(regex("^[\\w-]{1,64}$", var.function_name))
    error_message = "Give the name alone, no ARN."
  }
}

variable "alias" {
  type    = string
  default = "live"
}

variable "region" {
  description = "Of the function"
  type        = string
}

variable "log_group" {
  description = "That the function logs to; null for /aws/lambda/ and its name"
  type        = string
  default     = null
}

variable "smoke_test" {
  description = "Whether the workflow sends smoke tests (smoke-test-payload)"
  type        = bool
  default     = false
}

variable "uploads_code" {
  description = "Whether the workflow has the action upload the code (code, code-s3, code-image)"
  type        = bool
  default     = false
}

variable "oidc_provider_arn" {
  description = "GitHub's provider, where the account has it already (an account can have it once); null to create it"
  type        = string
  default     = null
}
