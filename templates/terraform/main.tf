terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

locals {
  partition    = data.aws_partition.current.partition
  account      = data.aws_caller_identity.current.account_id
  provider_arn = var.oidc_provider_arn == null ? aws_iam_openid_connect_provider.github[0].arn : var.oidc_provider_arn
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.oidc_provider_arn == null ? 1 : 0

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "rollout" {
  name_prefix        = "lambda-canary-"
  description        = "Rolls out ${var.function_name}:${var.alias} for ${var.repository}"
  assume_role_policy = jsonencode(local.trust)
}

resource "aws_iam_role_policy" "rollout" {
  name   = "lambda-canary"
  role   = aws_iam_role.rollout.id
  policy = jsonencode(local.policy)
}

output "role_arn" {
  description = "For the input role-to-assume"
  value       = aws_iam_role.rollout.arn
}

output "inputs" {
  description = "For the step of the workflow"
  value       = <<-EOT
    function-name: ${var.function_name}
    alias: ${var.alias}
    region: ${var.region}
    role-to-assume: ${aws_iam_role.rollout.arn}
  EOT
}
